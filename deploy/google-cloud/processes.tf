locals {
  # What the processes that the agency's people work with are told alike.
  settings = merge(var.settings, {
    SEMBLANCE_ENV = "production"
    SURFACE       = "staff"
    PUBLIC_URL    = var.public_url
    NOTICES_URL   = var.notices_url
    STORAGE_URL   = "gs://${google_storage_bucket.objects.name}"
    SEMBLANCE_VAR = "/tmp/semblance"
  }, var.tips_url == "" ? {} : { TIPS_URL = var.tips_url })
  # By number and not "latest": a process gets the secret it was deployed with.
  versions = {
    SECRET_KEY   = google_secret_manager_secret_version.secret_key
    DATABASE_URL = google_secret_manager_secret_version.database_url
    REDIS_URL    = google_secret_manager_secret_version.redis_url
  }
  # It makes the roles of the outside surfaces, so it knows their addresses.
  migrate_versions = merge(
    { for name, version in local.versions : name => version if name != "REDIS_URL" },
    { PUBLIC_DATABASE_URL = google_secret_manager_secret_version.public_database_url },
    { for version in google_secret_manager_secret_version.tips_database_url : "TIPS_DATABASE_URL" => version },
  )
}

module "web" {
  source = "./surface"

  name           = "semblance-web"
  region         = var.region
  image          = var.image
  ingress        = var.ingress
  network        = google_compute_network.inside.id
  subnetwork     = google_compute_subnetwork.run.id
  account        = google_service_account.web.email
  settings       = local.settings
  secrets        = merge(local.versions, local.own_values["web"])
  instances      = var.web_instances
  concurrency    = 8
  timeout        = "120s"
  limits         = { cpu = "2", memory = "2Gi" }
  invokers       = var.invokers
  notes_requests = true

  depends_on = [google_secret_manager_secret_iam_member.reads]
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

    dynamic "volumes" {
      for_each = local.own_files["worker"]
      content {
        name = lower(replace(volumes.key, "_", "-"))
        secret {
          secret = volumes.value.secret
          items {
            path    = "pem"
            version = volumes.value.version
          }
        }
      }
    }

    containers {
      image = var.image
      args  = ["worker"]

      resources {
        limits = { cpu = "4", memory = "16Gi", "nvidia.com/gpu" = "1" }
      }

      dynamic "volume_mounts" {
        for_each = local.own_files["worker"]
        content {
          name       = lower(replace(volume_mounts.key, "_", "-"))
          mount_path = "/secrets/${lower(replace(volume_mounts.key, "_", "-"))}"
        }
      }

      env {
        name  = "SEMBLANCE_DEVICE"
        value = "cuda"
      }

      dynamic "env" {
        for_each = merge(local.settings, {
          for name, one in local.own_files["worker"] : name => "/secrets/${lower(replace(name, "_", "-"))}/pem"
        })
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = merge(local.versions, local.own_values["worker"])
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
