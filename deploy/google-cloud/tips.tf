# The forms for tips, where var.tips_url is set: an account, a secret key and a role of the records of their own, and no
# line about a request in Google's logs. Its role gets its rights as docs/tips.md says, once and after each upgrade.
locals {
  tips = var.tips_url == "" ? 0 : 1
  tips_versions = var.tips_url == "" ? {} : {
    SECRET_KEY        = google_secret_manager_secret_version.tips_secret_key[0]
    DATABASE_URL      = google_secret_manager_secret_version.tips_database_url[0]
    TIPS_DATABASE_URL = google_secret_manager_secret_version.tips_database_url[0]
  }
  tips_settings = {
    SEMBLANCE_ENV   = "production"
    SURFACE         = "tips"
    TIPS_URL        = var.tips_url
    STORAGE_URL     = "gs://${google_storage_bucket.objects.name}"
    SEMBLANCE_VAR   = "/srv/tips"
    TIPS_SPOOL_MB   = "900"
    TRUSTED_PROXIES = var.tips_proxies
    HOST            = "0.0.0.0"
  }
}

resource "google_service_account" "tips" {
  count = local.tips

  account_id   = "semblance-tips"
  display_name = "Semblance: the forms for tips"

  depends_on = [google_project_service.needed]
}

# It may add objects and look at none.
resource "google_storage_bucket_iam_member" "tips_adds" {
  count = local.tips

  bucket = google_storage_bucket.objects.name
  role   = "roles/storage.objectCreator"
  member = "serviceAccount:${google_service_account.tips[0].email}"
}

ephemeral "random_password" "tips_secret_key" {
  length  = 64
  special = false
}

ephemeral "random_password" "tips_records" {
  length  = 40
  special = false
}

resource "google_secret_manager_secret" "tips" {
  for_each = var.tips_url == "" ? toset([]) : toset(["secret-key", "database-url"])

  secret_id = "semblance-tips-${each.value}"

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [google_project_service.needed]
}

resource "google_secret_manager_secret_iam_member" "tips_reads" {
  for_each = google_secret_manager_secret.tips

  secret_id = each.value.id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.tips[0].email}"
}

# Only open forms depend on it, for hours.
resource "google_secret_manager_secret_version" "tips_secret_key" {
  count = local.tips

  secret                 = google_secret_manager_secret.tips["secret-key"].id
  secret_data_wo         = ephemeral.random_password.tips_secret_key.result
  secret_data_wo_version = var.secrets_version
}

resource "google_sql_user" "tips" {
  count = local.tips

  name                = "semblance_tips"
  instance            = google_sql_database_instance.records.name
  password_wo         = ephemeral.random_password.tips_records.result
  password_wo_version = var.secrets_version
}

resource "google_secret_manager_secret_version" "tips_database_url" {
  count = local.tips

  secret = google_secret_manager_secret.tips["database-url"].id
  secret_data_wo = format(
    "postgresql://%s:%s@%s:5432/%s?sslmode=require",
    google_sql_user.tips[0].name,
    ephemeral.random_password.tips_records.result,
    google_sql_database_instance.records.private_ip_address,
    google_sql_database.records.name,
  )
  secret_data_wo_version = var.secrets_version
}

# Cloud Run notes every request with its address and browser. For this service nothing of that is kept. A load balancer
# before it must have its own logging off.
resource "google_logging_project_exclusion" "tips" {
  count = local.tips

  name        = "semblance-tips-requests"
  description = "Who sends a tip is noted nowhere."
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"semblance-tips\" AND logName:\"run.googleapis.com%2Frequests\""
}

resource "google_cloud_run_v2_service" "tips" {
  count = local.tips

  name                = "semblance-tips"
  location            = var.region
  ingress             = var.ingress
  deletion_protection = true

  template {
    service_account                  = google_service_account.tips[0].email
    max_instance_request_concurrency = 32
    timeout                          = "300s"

    # One: its limits, and the files that come in pieces, are in the memory and on the disk of one instance.
    scaling {
      min_instance_count = 1
      max_instance_count = 1
    }

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        network    = google_compute_network.inside.id
        subnetwork = google_compute_subnetwork.run.id
      }
    }

    # What is on its way, sealed. It is memory: what the records cannot take before the instance ends is lost.
    volumes {
      name = "tips"
      empty_dir {
        medium     = "MEMORY"
        size_limit = "1Gi"
      }
    }

    containers {
      image = var.image
      args  = ["web", "--graceful-timeout", "8"]

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "1", memory = "2Gi" }
        startup_cpu_boost = true
        cpu_idle          = false
      }

      volume_mounts {
        name       = "tips"
        mount_path = "/srv/tips"
      }

      startup_probe {
        period_seconds    = 5
        timeout_seconds   = 5
        failure_threshold = 24
        http_get {
          path = "/livez"
        }
      }

      dynamic "env" {
        for_each = local.tips_settings
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.tips_versions
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value.secret
              version = env.value.version
            }
          }
        }
      }
    }
  }

  depends_on = [google_secret_manager_secret_iam_member.tips_reads]
}

# Anybody: that is what it is for. The ingress still decides by which way.
resource "google_cloud_run_v2_service_iam_member" "tips_public" {
  count = local.tips

  name     = google_cloud_run_v2_service.tips[0].name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}
