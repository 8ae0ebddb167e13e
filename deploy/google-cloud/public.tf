# The public pages: a service that anybody may reach, with a role of the database that reads what is published, made by
# the migrations, and an account that can read an object whose key it knows, and list none. The privacy notice says that
# readers' addresses are not kept, and the platform would note them for every request.
module "public" {
  source = "./surface"

  name       = "semblance-public"
  region     = var.region
  image      = var.image
  ingress    = var.ingress
  network    = google_compute_network.inside.id
  subnetwork = google_compute_subnetwork.run.id
  account    = google_service_account.public.email
  settings = merge({
    SURFACE       = "public"
    PUBLIC_URL    = var.public_url
    NOTICES_URL   = var.notices_url
    STORAGE_URL   = "gs://${google_storage_bucket.objects.name}"
    SEMBLANCE_VAR = "/tmp/semblance"
  }, local.outside_settings)
  secrets = merge(
    { PUBLIC_DATABASE_URL = google_secret_manager_secret_version.public_database_url },
    local.own_values["public"],
  )
  secret_files   = local.own_files["public"]
  instances      = var.public_instances
  concurrency    = 16
  timeout        = "30s"
  limits         = { cpu = "2", memory = "1Gi" }
  invokers       = var.public_invokers
  notes_requests = false

  depends_on = [google_secret_manager_secret_iam_member.reads]
}

locals {
  # Of what `settings` says, what the outside surfaces need to know too.
  outside_settings = merge(
    { for name in ["LANGUAGES", "TRUSTED_PROXIES"] : name => var.settings[name] if contains(keys(var.settings), name) },
    var.tips_url == "" ? {} : { TIPS_URL = var.tips_url },
  )
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
