resource "google_monitoring_notification_channel" "email" {
  display_name = "Semblance"
  type         = "email"
  labels       = { email_address = var.alert_email }

  depends_on = [google_project_service.needed]
}

# The product says in its log why it is not ready and which job it gave up: no probe from outside is needed, and the
# web service may stay closed to the internet. The age of the queue is one of its metrics, see docs/operations.md. Tips
# and what people type are never logged; an agency that adds such a log must exclude it here
# (google_logging_project_exclusion) before it is written.
resource "google_logging_metric" "not_ready" {
  name   = "semblance/not_ready"
  filter = "resource.type=\"cloud_run_revision\" AND jsonPayload.event=\"not_ready\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}

resource "google_logging_metric" "parked" {
  name   = "semblance/job_parked"
  filter = "jsonPayload.event=\"lease_lost\" AND jsonPayload.state=\"parked\""

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}

resource "google_monitoring_alert_policy" "not_ready" {
  display_name          = "Semblance is not ready"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = "readyz has been failing for two minutes"
    condition_threshold {
      filter          = "resource.type=\"cloud_run_revision\" AND metric.type=\"logging.googleapis.com/user/${google_logging_metric.not_ready.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "120s"
      aggregations {
        alignment_period   = "60s"
        per_series_aligner = "ALIGN_SUM"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "errors" {
  display_name          = "Semblance answers with errors"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = "answers 500 to 599"
    condition_threshold {
      filter          = "resource.type=\"cloud_run_revision\" AND resource.label.service_name=\"${module.web.name}\" AND metric.type=\"run.googleapis.com/request_count\" AND metric.label.response_code_class=\"5xx\""
      comparison      = "COMPARISON_GT"
      threshold_value = 5
      duration        = "0s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_SUM"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "queue" {
  display_name          = "Semblance's work does not proceed"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.email.id]

  conditions {
    display_name = "a job was parked"
    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.parked.name}\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_SUM"
      }
    }
  }
}
