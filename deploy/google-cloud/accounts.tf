# One account a process, each with what its own work needs: see secrets.tf and objects.tf. None has keys, and none has
# a role in the whole project but for the one that Firebase offers only there.
resource "google_service_account" "web" {
  account_id   = "semblance-web"
  display_name = "Semblance: web"

  depends_on = [google_project_service.needed]
}

resource "google_service_account" "worker" {
  account_id   = "semblance-worker"
  display_name = "Semblance: worker"

  depends_on = [google_project_service.needed]
}

resource "google_service_account" "migrate" {
  account_id   = "semblance-migrate"
  display_name = "Semblance: migrations"

  depends_on = [google_project_service.needed]
}

resource "google_service_account" "public" {
  account_id   = "semblance-public"
  display_name = "Semblance: public pages"

  depends_on = [google_project_service.needed]
}

resource "google_service_account" "tips" {
  account_id   = "semblance-tips"
  display_name = "Semblance: the forms for tips"

  depends_on = [google_project_service.needed]
}

# With IDENTITY=firebase web looks up whether accounts are disabled, invites, and mirrors roles to custom claims.
resource "google_project_iam_member" "firebase" {
  count = lookup(var.settings, "IDENTITY", "local") == "firebase" ? 1 : 0

  project = var.project
  role    = "roles/firebaseauth.admin"
  member  = "serviceAccount:${google_service_account.web.email}"
}
