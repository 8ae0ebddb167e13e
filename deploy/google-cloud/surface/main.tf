# A web server of the product on Cloud Run, as each of the three surfaces has one. What they may reach and read is
# decided where this is used.
terraform {
  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

locals {
  # A secret that the product reads from a file is a file of its own: the setting names it.
  files = { for name, secret in var.secret_files : name => "/secrets/${lower(replace(name, "_", "-"))}" }
  settings = merge(var.settings, { HOST = "0.0.0.0", SEMBLANCE_ENV = "production" }, {
    for name, folder in local.files : name => "${folder}/pem"
  })
}

resource "google_cloud_run_v2_service" "this" {
  name                = var.name
  location            = var.region
  ingress             = var.ingress
  deletion_protection = true

  template {
    service_account                  = var.account
    max_instance_request_concurrency = var.concurrency
    timeout                          = var.timeout

    scaling {
      min_instance_count = var.instances.least
      max_instance_count = var.instances.most
    }

    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        network    = var.network
        subnetwork = var.subnetwork
      }
    }

    # What is kept there is memory, and ends with the instance.
    dynamic "volumes" {
      for_each = var.scratch == null ? [] : [var.scratch]
      content {
        name = "scratch"
        empty_dir {
          medium     = "MEMORY"
          size_limit = volumes.value.size
        }
      }
    }

    dynamic "volumes" {
      for_each = var.secret_files
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
      args  = ["web", "--graceful-timeout", "8"]

      # Cloud Run sets PORT itself, and sends SIGTERM ten seconds before the end.
      ports {
        container_port = 8080
      }

      resources {
        limits            = var.limits
        startup_cpu_boost = true
        cpu_idle          = var.cpu_idle
      }

      dynamic "volume_mounts" {
        for_each = var.scratch == null ? [] : [var.scratch]
        content {
          name       = "scratch"
          mount_path = volume_mounts.value.path
        }
      }

      dynamic "volume_mounts" {
        for_each = local.files
        content {
          name       = lower(replace(volume_mounts.key, "_", "-"))
          mount_path = volume_mounts.value
        }
      }

      # A new revision gets no traffic before it is ready; an old one that the records have overtaken keeps its own.
      startup_probe {
        period_seconds    = 5
        timeout_seconds   = 5
        failure_threshold = 24
        http_get {
          path = var.starts
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
        for_each = local.settings
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secrets
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

resource "google_cloud_run_v2_service_iam_member" "invokers" {
  for_each = toset(var.invokers)

  name     = google_cloud_run_v2_service.this.name
  location = var.region
  role     = "roles/run.invoker"
  member   = each.value
}

# Cloud Run notes every request with its address and browser. A load balancer before it must have its own logging off.
resource "google_logging_project_exclusion" "requests" {
  count = var.notes_requests ? 0 : 1

  name        = "${var.name}-requests"
  description = "Who asks here is noted nowhere."
  filter      = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.name}\" AND logName:\"run.googleapis.com%2Frequests\""
}
