variable "project" {
  description = "The project's id. It should hold nothing but this installation."
  type        = string
}

variable "region" {
  description = "A region with L4 GPUs for Cloud Run, as europe-west4, europe-west1 or us-central1."
  type        = string
  default     = "europe-west4"
}

variable "image" {
  description = "The image of web, workers and migrations, by its digest: REGION-docker.pkg.dev/PROJECT/semblance/app@sha256:..."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "Name the image by its digest, so that every process of a deploy is the same code."
  }
}

variable "public_url" {
  description = "Where people open the product, as https://semblance.example.org: requests for other hosts are refused."
  type        = string

  validation {
    condition     = startswith(var.public_url, "https://")
    error_message = "It must begin with https://."
  }
}

variable "tips_url" {
  description = "Where the public leaves tips, as https://tips.example.org. Empty: the forms do not run."
  type        = string
  default     = ""
}

variable "tips_proxies" {
  description = "How many proxies add to X-Forwarded-For before the forms: 1 on Cloud Run alone, 2 behind a load balancer."
  type        = string
  default     = "2"
}

variable "tips_day_mb" {
  description = "What is taken from the public in a day, in MB."
  type        = number
  default     = 20000
}

variable "notices_url" {
  description = "Where the public reads notices, as https://notices.example.org: a host of its own."
  type        = string

  validation {
    condition     = startswith(var.notices_url, "https://")
    error_message = "It must begin with https://."
  }
}

variable "alert_email" {
  description = "Where alerts go."
  type        = string
}

variable "invokers" {
  description = "Who may reach the web service at all, before the product's own sign-in. allUsers opens the sign-in page to the internet."
  type        = list(string)
  default     = []
}

variable "ingress" {
  description = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER behind a load balancer with Cloud Armor or IAP; INGRESS_TRAFFIC_ALL without."
  type        = string
  default     = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
}

variable "web_instances" {
  description = "The least and the most web instances."
  type        = object({ least = number, most = number })
  default     = { least = 1, most = 4 }
}

variable "public_instances" {
  description = "The least and the most instances of the public pages."
  type        = object({ least = number, most = number })
  default     = { least = 1, most = 10 }
}

variable "public_invokers" {
  description = "Who may reach the public pages. allUsers opens them to the internet, when the agency is ready to publish."
  type        = list(string)
  default     = []
}

variable "gpu_workers" {
  description = "Instances with one L4 each. They are paid for while they are there, busy or not."
  type        = number
  default     = 1
}

variable "database_tier" {
  type    = string
  default = "db-custom-2-7680"
}

variable "secrets_version" {
  description = "Raise it to make a new database password and a new Redis address. The secret key stays."
  type        = number
  default     = 1
}

variable "settings" {
  description = "More settings of the product, none of them secret, as IDENTITY and what belongs to it, MAIL_FROM or PURGE_URL."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.settings), ["SECRET_KEY", "METRICS_TOKEN", "SMTP_URL", "PURGE_TOKEN", "C2PA_KEY"])) == 0
    error_message = "Secrets go into Secret Manager: see own_secrets."
  }
}

variable "own_secrets" {
  description = "Secrets that you have put into Secret Manager, with the version to use, as { SMTP_URL = 1, C2PA_CERTIFICATE = 1, C2PA_KEY = 1 }."
  type        = map(number)
  default     = {}

  validation {
    condition     = length(setsubtract(keys(var.own_secrets), ["METRICS_TOKEN", "SMTP_URL", "PURGE_TOKEN", "C2PA_CERTIFICATE", "C2PA_KEY"])) == 0
    error_message = "It can name METRICS_TOKEN, SMTP_URL, PURGE_TOKEN, C2PA_CERTIFICATE and C2PA_KEY."
  }

  validation {
    condition     = contains(keys(var.own_secrets), "C2PA_CERTIFICATE") == contains(keys(var.own_secrets), "C2PA_KEY")
    error_message = "C2PA_CERTIFICATE and C2PA_KEY belong together."
  }
}
