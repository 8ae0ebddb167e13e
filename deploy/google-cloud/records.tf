resource "google_sql_database_instance" "records" {
  name                = "semblance"
  database_version    = "POSTGRES_15"
  region              = var.region
  deletion_protection = true

  settings {
    tier                        = var.database_tier
    edition                     = "ENTERPRISE"
    availability_type           = "REGIONAL"
    disk_autoresize             = true
    deletion_protection_enabled = true

    ip_configuration {
      ipv4_enabled    = false
      private_network = google_compute_network.inside.id
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      start_time                     = "02:00"
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 7

      backup_retention_settings {
        retained_backups = 30
      }
    }

    maintenance_window {
      day  = 7
      hour = 3
    }

    # A transaction that somebody forgot must not hold up the next migration for ever.
    database_flags {
      name  = "idle_in_transaction_session_timeout"
      value = "60000"
    }
  }

  depends_on = [google_service_networking_connection.services]
}

resource "google_sql_database" "records" {
  name     = "semblance"
  instance = google_sql_database_instance.records.name
}

# Made anew by every run and kept nowhere: only a raised secrets_version sends it to both places that need it.
ephemeral "random_password" "records" {
  length  = 40
  special = false
}

resource "google_sql_user" "app" {
  name                = "semblance"
  instance            = google_sql_database_instance.records.name
  password_wo         = ephemeral.random_password.records.result
  password_wo_version = var.secrets_version
}

# Redis carries wake-ups and counts for rate limits; the records know all work, so it needs no copy and no disk.
resource "google_redis_instance" "wakeups" {
  name               = "semblance"
  tier               = "STANDARD_HA"
  memory_size_gb     = 1
  region             = var.region
  redis_version      = "REDIS_7_2"
  authorized_network = google_compute_network.inside.id
  connect_mode       = "PRIVATE_SERVICE_ACCESS"
  auth_enabled       = true

  depends_on = [google_service_networking_connection.services]
}
