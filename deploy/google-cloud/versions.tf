terraform {
  # Write-only arguments keep passwords out of the state.
  required_version = ">= 1.11"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.50.0, < 8.0.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }

  # The state names every part of the installation: keep it in a private, versioned bucket of its own.
  # `terraform init -backend-config="bucket=..."`
  backend "gcs" {
    prefix = "semblance"
  }
}

provider "google" {
  project = var.project
  region  = var.region
}
