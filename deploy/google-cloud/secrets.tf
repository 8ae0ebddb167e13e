locals {
  staff_secrets = toset(["secret-key", "database-url", "redis-url"])
  # Those that the agency makes itself, and which processes read them; var.own_secrets says which there are.
  own_readers = {
    METRICS_TOKEN    = ["web", "public"]
    SMTP_URL         = ["web", "worker"]
    PURGE_TOKEN      = ["worker"]
    C2PA_CERTIFICATE = ["worker", "public"]
    C2PA_KEY         = ["worker"]
  }
  own_ids = { for name in keys(local.own_readers) : name => lower(replace(name, "_", "-")) }
  own = { for name, version in var.own_secrets : name => {
    secret  = google_secret_manager_secret.app[local.own_ids[name]].id
    version = tostring(version)
  } }
  own_values = { for process in keys(local.accounts) : process => {
    for name, one in local.own : name => one if contains(local.own_readers[name], process) && !startswith(name, "C2PA_")
  } }
  # The product reads these from files.
  own_files = { for process in keys(local.accounts) : process => {
    for name, one in local.own : name => one if contains(local.own_readers[name], process) && startswith(name, "C2PA_")
  } }
  secrets = setunion(
    local.staff_secrets,
    ["public-database-url", "tips-database-url", "tips-secret-key"],
    values(local.own_ids),
  )
  accounts = {
    web     = google_service_account.web.email
    worker  = google_service_account.worker.email
    migrate = google_service_account.migrate.email
    public  = google_service_account.public.email
    tips    = google_service_account.tips.email
  }
  # Migrations need the records alone, and make the roles of the outside surfaces, which know little but an address.
  read_by = {
    web     = local.staff_secrets
    worker  = local.staff_secrets
    migrate = toset(["secret-key", "database-url", "public-database-url", "tips-database-url"])
    public  = toset(["public-database-url"])
    tips    = toset(["tips-database-url", "tips-secret-key"])
  }
  readers = merge([for process, account in local.accounts : {
    for secret in setunion(
      local.read_by[process],
      [for name, by in local.own_readers : local.own_ids[name] if contains(by, process)],
    ) : "${process}/${secret}" => { secret = secret, account = account }
  }]...)
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
