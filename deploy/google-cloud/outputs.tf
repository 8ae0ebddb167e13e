output "address" {
  description = "Where Cloud Run serves the web service, for the load balancer before it."
  value       = google_cloud_run_v2_service.web.uri
}

output "notices_address" {
  description = "Where Cloud Run serves the public pages, for the load balancer before them."
  value       = google_cloud_run_v2_service.public.uri
}

output "images" {
  description = "Where to push images."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}"
}

output "bucket" {
  value = google_storage_bucket.objects.url
}
