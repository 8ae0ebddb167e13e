locals {
  settings = merge(var.settings, {
    SEMBLANCE_ENV = "production"
    SURFACE       = "staff"
    PUBLIC_URL    = var.public_url
    NOTICES_URL   = var.notices_url
    STORAGE_URL   = "gs://${google_storage_bucket.objects.name}"
    SEMBLANCE_VAR = "/tmp/semblance"
  })
  # By number and not "latest": a process gets the secret it was deployed with.
  versions = {
    SECRET_KEY   = google_secret_manager_secret_version.secret_key
    DATABASE_URL = google_secret_manager_secret_version.database_url
    REDIS_URL    = google_secret_manager_secret_version.redis_url
  }
  migrate_versions = merge(
    { for name, version in local.versions : name => version if name != "REDIS_URL" },
    { PUBLIC_DATABASE_URL = google_secret_manager_secret_version.public_database_url },
  )
}

resource "google_cloud_run_v2_service" "web" {
  name                = "semblance-web"
  location            = var.region
  ingress             = var.ingress
  deletion_protection = true

  template {
    service_account                  = google_service_account.web.email
    max_instance_request_concurrency = 8
    timeout                          = "120s"

    scaling {
      min_instance_count = var.web_instances.least
      max_instance_count = var.web_instances.most
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

      # Cloud Run sets PORT itself, and sends SIGTERM ten seconds before the end.
      ports {
        container_port = 8080
      }

      resources {
        limits            = { cpu = "2", memory = "2Gi" }
        startup_cpu_boost = true
      }

      # A new revision gets no traffic before it is ready; an old one that the records have overtaken keeps its own.
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

      env {
        name  = "HOST"
        value = "0.0.0.0"
      }

      dynamic "env" {
        for_each = local.settings
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.versions
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

  depends_on = [google_secret_manager_secret_iam_member.reads]
}

resource "google_cloud_run_v2_service_iam_member" "invokers" {
  for_each = toset(var.invokers)

  name     = google_cloud_run_v2_service.web.name
  location = var.region
  role     = "roles/run.invoker"
  member   = each.value
}

# Workers pull their work from the records and serve no requests: that is what a worker pool is for. An instance has
# one L4 and one worker.
resource "google_cloud_run_v2_worker_pool" "gpu" {
  name                = "semblance-worker-gpu"
  location            = var.region
  deletion_protection = true

  scaling {
    manual_instance_count = var.gpu_workers
  }

  template {
    service_account               = google_service_account.worker.email
    gpu_zonal_redundancy_disabled = true

    node_selector {
      accelerator = "nvidia-l4"
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
      args  = ["worker"]

      resources {
        limits = { cpu = "4", memory = "16Gi", "nvidia.com/gpu" = "1" }
      }

      env {
        name  = "SEMBLANCE_DEVICE"
        value = "cuda"
      }

      dynamic "env" {
        for_each = local.settings
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = local.versions
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

  depends_on = [google_secret_manager_secret_iam_member.reads]
}

# `./deploy` runs it to its end before anything else gets the new image.
resource "google_cloud_run_v2_job" "migrate" {
  name                = "semblance-migrate"
  location            = var.region
  deletion_protection = false

  template {
    template {
      service_account = google_service_account.migrate.email
      max_retries     = 2
      timeout         = "600s"

      vpc_access {
        egress = "PRIVATE_RANGES_ONLY"
        network_interfaces {
          network    = google_compute_network.inside.id
          subnetwork = google_compute_subnetwork.run.id
        }
      }

      containers {
        image = var.image
        args  = ["migrate"]

        resources {
          limits = { cpu = "1", memory = "1Gi" }
        }

        env {
          name  = "SEMBLANCE_ENV"
          value = "production"
        }

        env {
          name  = "SEMBLANCE_VAR"
          value = "/tmp/semblance"
        }

        dynamic "env" {
          for_each = local.migrate_versions
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
  }

  depends_on = [google_secret_manager_secret_iam_member.reads]
}
