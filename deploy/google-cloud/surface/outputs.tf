output "uri" {
  description = "Where Cloud Run serves it, for the load balancer before it."
  value       = google_cloud_run_v2_service.this.uri
}

output "name" {
  value = google_cloud_run_v2_service.this.name
}
