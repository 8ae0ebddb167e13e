variable "name" {
  type = string
}

variable "region" {
  type = string
}

variable "image" {
  type = string
}

variable "ingress" {
  type = string
}

variable "network" {
  type = string
}

variable "subnetwork" {
  type = string
}

variable "account" {
  description = "The e-mail address of the service account that it runs as."
  type        = string
}

variable "settings" {
  description = "Settings of the product, none of them secret."
  type        = map(string)
}

variable "secrets" {
  description = "Settings that are secret, each with its secret and the version. By number and not latest: a process gets what it was deployed with."
  type        = map(object({ secret = string, version = string }))
}

variable "secret_files" {
  description = "Settings that name a file, which is a secret."
  type        = map(object({ secret = string, version = string }))
  default     = {}
}

variable "instances" {
  description = "The least and the most instances."
  type        = object({ least = number, most = number })
}

variable "concurrency" {
  description = "How many requests an instance is given at once."
  type        = number
}

variable "timeout" {
  description = "After which a request is given up, as 30s."
  type        = string
}

variable "limits" {
  type = object({ cpu = string, memory = string })
}

variable "cpu_idle" {
  description = "Whether the processor is taken away between requests. Not where something is done in the background."
  type        = bool
  default     = true
}

variable "scratch" {
  description = "A folder in memory, and its size, as { path = \"/srv/tips\", size = \"1Gi\" }."
  type        = object({ path = string, size = string })
  default     = null
}

variable "starts" {
  description = "What answers 200 once it has started."
  type        = string
  default     = "/readyz"
}

variable "invokers" {
  description = "Who may reach it at all."
  type        = list(string)
}

variable "notes_requests" {
  description = "Whether Google's request log of it is kept."
  type        = bool
}
