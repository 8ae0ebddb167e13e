# The public pages: a service that anybody may reach, with a role of the database that reads what is published, made by
# the migrations, and an account that can read an object whose key it knows, and list none.
locals {
  public_settings = {
    SEMBLANCE_ENV = "production"
    SURFACE       = "public"
    NOTICES_URL   = var.notices_url
    STORAGE_URL   = "gs://${google_storage_bucket.objects.name}"
    SEMBLANCE_VAR = "/tmp/semblance"
    HOST          = "0.0.0.0"
  }
}

resource "google_cloud_run_v2_service" "public" {
  name                = "semblance-public"
  location            = var.region
  ingress             = var.ingress
  deletion_protection = true

  template {
    service_account                  = google_service_account.public.email
    max_instance_request_concurrency = 16
    timeout                          = "30s"

    scaling {
      min_instance_count = var.public_instances.least
      max_instance_count = var.public_instances.most
    }

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        network    = google_compute_network.inside.id
        subnetwork = google_compute_subnetwork.run.id
      }
    }

    containers {
      image = var.image
      args  = ["web", "--graceful-timeout", "8"]

      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "2", memory = "1Gi" }
        startup_cpu_boost = true
      }

      startup_probe {
        period_seconds    = 5
        timeout_seconds   = 5
        failure_threshold = 24
        http_get {
          path = "/readyz"
        }
      }

      liveness_probe {
        period_seconds    = 15
        timeout_seconds   = 5
        failure_threshold = 4
        http_get {
          path = "/livez"
        }
      }

      dynamic "env" {
        for_each = local.public_settings
        content {
          name  = env.key
          value = env.value
        }
      }

      env {
        name = "PUBLIC_DATABASE_URL"
        value_source {
          secret_key_ref {
            secret  = google_secret_manager_secret_version.public_database_url.secret
            version = google_secret_manager_secret_version.public_database_url.version
          }
        }
      }
    }
  }

  depends_on = [google_secret_manager_secret_iam_member.reads]
}

resource "google_cloud_run_v2_service_iam_member" "readers" {
  for_each = toset(var.public_invokers)

  name     = google_cloud_run_v2_service.public.name
  location = var.region
  role     = "roles/run.invoker"
  member   = each.value
}

resource "google_storage_bucket_iam_member" "shows" {
  bucket = google_storage_bucket.objects.name
  role   = "roles/storage.legacyObjectReader"
  member = "serviceAccount:${google_service_account.public.email}"
}

ephemeral "random_password" "public_role" {
  length  = 40
  special = false
}

resource "google_secret_manager_secret_version" "public_database_url" {
  secret = google_secret_manager_secret.app["public-database-url"].id
  secret_data_wo = format(
    "postgresql://semblance_public:%s@%s:5432/%s?sslmode=require",
    ephemeral.random_password.public_role.result,
    google_sql_database_instance.records.private_ip_address,
    google_sql_database.records.name,
  )
  secret_data_wo_version = var.secrets_version
}

# The privacy notice says that readers' addresses are not kept: the platform would note them for every request.
resource "google_logging_project_exclusion" "readers" {
  name        = "semblance-public-requests"
  description = "Who reads the public pages is nobody's business."
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"semblance-public\" AND logName:\"run.googleapis.com%2Frequests\""

  depends_on = [google_project_service.needed]
}
