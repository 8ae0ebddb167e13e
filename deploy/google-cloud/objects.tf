resource "google_storage_bucket" "objects" {
  name                        = "${var.project}-semblance-objects"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false

  versioning {
    enabled = true
  }

  # Whatever is removed can be brought back for a month: as long as a back-up of the records may be restored.
  soft_delete_policy {
    retention_duration_seconds = 2592000
  }

  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 30
    }
  }

  lifecycle {
    prevent_destroy = true
  }

  depends_on = [google_project_service.needed]
}

# Web and workers add and read; nobody who takes uploads can remove evidence.
resource "google_storage_bucket_iam_member" "adds" {
  for_each = local.object_users

  bucket = google_storage_bucket.objects.name
  role   = "roles/storage.objectCreator"
  member = "serviceAccount:${each.value}"
}

resource "google_storage_bucket_iam_member" "reads" {
  for_each = local.object_users

  bucket = google_storage_bucket.objects.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${each.value}"
}

locals {
  object_users = {
    web    = google_service_account.web.email
    worker = google_service_account.worker.email
  }
}
