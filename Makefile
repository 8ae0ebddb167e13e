# `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: ## Set up what is missing and start everything on this machine, until Ctrl-C
	@scripts/run

.PHONY: test
test: environment ## Set up what is missing, then lint, check types and run every test
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --quiet --check .
	@$(PYTHON) -m mypy --no-error-summary
	@$(PYTHON) -m pytest

.PHONY: lint
lint: environment ## Check style and format
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

.PHONY: types
types: environment ## Check types
	@$(PYTHON) -m mypy

.PHONY: format
format: environment ## Format the code and mend what can be mended automatically
	@$(PYTHON) -m ruff check --fix .
	@$(PYTHON) -m ruff format .

.PHONY: bench
bench: environment ## Measure the pipeline's speed and memory beside the reference
	@$(PYTHON) -m benchmarks

.PHONY: samples
samples: environment ## Draw the sample sketches again
	@$(PYTHON) -m imaging.samples

.PHONY: docker-lint
docker-lint: environment ## Check the Dockerfile without Docker
	@.venv/bin/hadolint Dockerfile

.PHONY: clean
clean: ## Remove the environment and caches; records and storage in var/ stay
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: environment
environment:
	@scripts/prepare-tests
