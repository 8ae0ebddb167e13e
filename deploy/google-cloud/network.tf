# Records and Redis have private addresses only. Cloud Run reaches them by direct VPC egress; what is not private goes
# to the internet as ever, without a connector to keep.
resource "google_compute_network" "inside" {
  name                    = "semblance"
  auto_create_subnetworks = false

  depends_on = [google_project_service.needed]
}

resource "google_compute_subnetwork" "run" {
  name                     = "semblance-run"
  network                  = google_compute_network.inside.id
  region                   = var.region
  ip_cidr_range            = "10.20.0.0/24"
  private_ip_google_access = true
}

resource "google_compute_global_address" "services" {
  name          = "semblance-services"
  network       = google_compute_network.inside.id
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
}

resource "google_service_networking_connection" "services" {
  network                 = google_compute_network.inside.id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.services.name]
}
