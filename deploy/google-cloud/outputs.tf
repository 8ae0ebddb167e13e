output "address" {
  description = "Where Cloud Run serves the web service, for the load balancer before it."
  value       = google_cloud_run_v2_service.web.uri
}

output "images" {
  description = "Where to push images."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}"
}

output "bucket" {
  value = google_storage_bucket.objects.url
}
