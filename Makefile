# `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Set up what is missing and start everything on this machine, until Ctrl-C
	@scripts/run

.PHONY: backup
backup: runtime ## Back up records and objects while everything runs: TO=folder, WITH_SECRETS=1
	@$(PYTHON) -m app.backup create $(if $(TO),--to "$(TO)") $(if $(WITH_SECRETS),--with-secrets)

.PHONY: restore
restore: runtime ## Bring a back-up back, nothing running: FROM=file, REPLACE=1 puts what is there aside
	@test -n "$(FROM)" || { echo 'Say which back-up: make restore FROM=backups/semblance-....tar.gz' >&2; exit 2; }
	@$(PYTHON) -m app.backup restore "$(FROM)" $(if $(REPLACE),--replace)

.PHONY: test
test: environment ## Set up what is missing, then lint, check types and run every test
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --quiet --check .
	@$(PYTHON) -m mypy --no-error-summary
	@$(PYTHON) -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

.PHONY: lint
lint: environment ## Check style and format, also of scripts, YAML and Terraform
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m pytest tests/deploy/test_lint.py

.PHONY: types
types: environment ## Check types
	@$(PYTHON) -m mypy

.PHONY: format
format: environment ## Format the code and mend what can be mended automatically
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

.PHONY: audit
audit: environment ## Ask public advisories about every installed package, and look for secrets
	@$(PYTHON) -m scripts.secret_scan
	@$(PYTHON) -m scripts.audit

.PHONY: bench
bench: environment ## Measure the pipeline's speed and memory beside the reference
	@$(PYTHON) -m benchmarks

.PHONY: fire
fire: environment ## Put everything under fire: kills, a flushed queue, a stopped database, an erring bucket
	@$(PYTHON) -m benchmarks.fire

.PHONY: samples
samples: environment ## Draw the sample sketches again
	@$(PYTHON) -m imaging.samples

.PHONY: firebase-sdk
firebase-sdk: ## Bring the Firebase SDK that IDENTITY=firebase serves
	@scripts/firebase-sdk

.PHONY: translations
translations: environment ## Bring translations/ up to date with the code, and say how much is missing
	@$(PYTHON) -m scripts.translations

.PHONY: access
access: environment ## Write docs/access.md: who may call what
	@$(PYTHON) -m scripts.access

.PHONY: docker-lint
docker-lint: environment ## Check the Dockerfile without Docker
	@.venv/bin/hadolint Dockerfile

.PHONY: deploy-lint
deploy-lint: docker-lint ## Check deploy/ by Docker Compose's, nginx's and Terraform's own programs, as far as they are installed
	@$(PYTHON) -m pytest tests/deploy/test_compose.py tests/deploy/test_proxy.py tests/deploy/test_google_cloud.py

.PHONY: clean
clean: ## Remove the environment and caches; records and storage in var/ stay
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: runtime
runtime:
	@scripts/prepare-run

.PHONY: environment
environment:
	@scripts/prepare-tests
