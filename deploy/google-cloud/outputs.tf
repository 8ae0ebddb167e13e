output "address" {
  description = "Where Cloud Run serves the web service, for the load balancer before it."
  value       = module.web.uri
}

output "notices_address" {
  description = "Where Cloud Run serves the public pages, for the load balancer before them."
  value       = module.public.uri
}

output "tips_address" {
  description = "Where Cloud Run serves the forms for tips, for the load balancer before them."
  value       = one(module.tips[*].uri)
}

output "images" {
  description = "Where to push images."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.images.repository_id}"
}

output "bucket" {
  value = google_storage_bucket.objects.url
}
