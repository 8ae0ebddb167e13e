# The forms for tips, where var.tips_url is set: an account and a secret key of their own, a role of the records that
# the migrations make, and no line about a request in Google's logs.
locals {
  tips = var.tips_url == "" ? 0 : 1
}

module "tips" {
  source = "./surface"
  count  = local.tips

  name       = "semblance-tips"
  region     = var.region
  image      = var.image
  ingress    = var.ingress
  network    = google_compute_network.inside.id
  subnetwork = google_compute_subnetwork.run.id
  account    = google_service_account.tips.email
  settings = merge(local.outside_settings, {
    SURFACE         = "tips"
    STORAGE_URL     = "gs://${google_storage_bucket.objects.name}"
    SEMBLANCE_VAR   = "/srv/tips"
    TIPS_SPOOL_MB   = "900"
    TIPS_DAY_MB     = tostring(var.tips_day_mb)
    TRUSTED_PROXIES = var.tips_proxies
  })
  secrets = {
    SECRET_KEY        = google_secret_manager_secret_version.tips_secret_key[0]
    TIPS_DATABASE_URL = google_secret_manager_secret_version.tips_database_url[0]
  }
  # One: its limits, and the files that come in pieces, are in the memory of one instance. So is what is on its way,
  # sealed: what the records cannot take before the instance ends is lost.
  instances   = { least = 1, most = 1 }
  concurrency = 32
  timeout     = "300s"
  limits      = { cpu = "1", memory = "2Gi" }
  cpu_idle    = false
  scratch     = { path = "/srv/tips", size = "1Gi" }
  # Tips are taken while the records are away.
  starts = "/livez"
  # Anybody: that is what it is for. The ingress still decides by which way.
  invokers       = ["allUsers"]
  notes_requests = false

  depends_on = [google_secret_manager_secret_iam_member.reads]
}

# It may add objects and look at none.
resource "google_storage_bucket_iam_member" "tips_adds" {
  count = local.tips

  bucket = google_storage_bucket.objects.name
  role   = "roles/storage.objectCreator"
  member = "serviceAccount:${google_service_account.tips.email}"
}

ephemeral "random_password" "tips_secret_key" {
  length  = 64
  special = false
}

ephemeral "random_password" "tips_role" {
  length  = 40
  special = false
}

# Only open forms depend on it, for hours.
resource "google_secret_manager_secret_version" "tips_secret_key" {
  count = local.tips

  secret                 = google_secret_manager_secret.app["tips-secret-key"].id
  secret_data_wo         = ephemeral.random_password.tips_secret_key.result
  secret_data_wo_version = var.secrets_version
}

resource "google_secret_manager_secret_version" "tips_database_url" {
  count = local.tips

  secret = google_secret_manager_secret.app["tips-database-url"].id
  secret_data_wo = format(
    "postgresql://semblance_tips:%s@%s:5432/%s?sslmode=require",
    ephemeral.random_password.tips_role.result,
    google_sql_database_instance.records.private_ip_address,
    google_sql_database.records.name,
  )
  secret_data_wo_version = var.secrets_version
}
