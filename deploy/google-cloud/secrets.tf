locals {
  staff_secrets = toset(["secret-key", "database-url", "redis-url"])
  secrets       = setunion(local.staff_secrets, ["public-database-url"])
  # Migrations need the records alone, and make the role of the public pages, which know nothing but its address.
  readers = merge(
    { for name in local.staff_secrets : "web/${name}" => { secret = name, account = google_service_account.web.email } },
    { for name in local.staff_secrets : "worker/${name}" => { secret = name, account = google_service_account.worker.email } },
    { for name in ["secret-key", "database-url", "public-database-url"] :
    "migrate/${name}" => { secret = name, account = google_service_account.migrate.email } },
    { "public/public-database-url" = { secret = "public-database-url", account = google_service_account.public.email } },
  )
}

resource "google_secret_manager_secret" "app" {
  for_each = local.secrets

  secret_id = "semblance-${each.value}"

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.needed]
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each = local.readers

  secret_id = google_secret_manager_secret.app[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${each.value.account}"
}

ephemeral "random_password" "secret_key" {
  length  = 64
  special = false
}

# Second factors are sealed with it: it is made once, and a raised secrets_version must not touch it.
resource "google_secret_manager_secret_version" "secret_key" {
  secret                 = google_secret_manager_secret.app["secret-key"].id
  secret_data_wo         = ephemeral.random_password.secret_key.result
  secret_data_wo_version = 1

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_secret_manager_secret_version" "database_url" {
  secret = google_secret_manager_secret.app["database-url"].id
  secret_data_wo = format(
    "postgresql://%s:%s@%s:5432/%s?sslmode=require",
    google_sql_user.app.name,
    ephemeral.random_password.records.result,
    google_sql_database_instance.records.private_ip_address,
    google_sql_database.records.name,
  )
  secret_data_wo_version = var.secrets_version
}

resource "google_secret_manager_secret_version" "redis_url" {
  secret = google_secret_manager_secret.app["redis-url"].id
  secret_data_wo = format(
    "redis://:%s@%s:%d/0",
    google_redis_instance.wakeups.auth_string,
    google_redis_instance.wakeups.host,
    google_redis_instance.wakeups.port,
  )
  secret_data_wo_version = var.secrets_version
}
