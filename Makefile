# A machine needs Python 3.11 or newer with pip, and this make; lint-openapi, test-clients and test-browser need Node.js
# with npm too.
# Every target installs what it needs, inside this folder, once.

PYTHON := python3
UV := .tools/bin/uv
# Python's tools are called by path, whatever environment is active, and npm is told its folder: nothing here depends
# on what a shell has set, save for the package registries, which pip, uv and npm take from their own configuration.
SYNC := $(UV) pip sync --quiet --require-hashes --python .venv/bin/python
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header $(FLAGS)
NPM := npm --prefix tests/clients

SERVE := .venv/serve.stamp
DEV := .venv/dev.stamp
CLIENTS := tests/clients/node_modules/.package-lock.json
BROWSER := tests/browser/node_modules/.package-lock.json
BENCH := .tools/bench/bench.stamp
HTTPLINT := .tools/httplint/httplint.stamp

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help serve test check bench bench-find lint format-check types dockerfile format openapi lint-openapi lint-http test-nodes test-clients test-browser swagger-ui lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

serve: $(SERVE) ## Serve on HOST and PORT (127.0.0.1 and 8000), with the seed pack where there is no content yet
	@exec .venv/bin/python -m app serve

test: $(DEV) ## Run the tests; a warning fails them
	PYTHONDONTWRITEBYTECODE= .venv/bin/python -m pytest

check: lint format-check types dockerfile ## Check style, types and the Dockerfile, as pre-commit and CI do

lint: $(DEV)
	.venv/bin/ruff check

format-check: $(DEV)
	.venv/bin/ruff format --check

types: $(DEV)
	.venv/bin/mypy

dockerfile: $(DEV)
	.venv/bin/hadolint --failure-threshold style Dockerfile

format: $(DEV) ## Format the code, and mend what ruff can mend
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

openapi: $(SERVE) ## Write docs/openapi.json
	.venv/bin/python -m app openapi > docs/openapi.json.new
	mv docs/openapi.json.new docs/openapi.json

lint-openapi: $(CLIENTS) ## Lint docs/openapi.json with Spectral and Redocly; a warning fails it
	$(NPM) run --silent lint

test-clients: $(SERVE) $(CLIENTS) ## Generate a TypeScript client from docs/openapi.json, and use it on a running service
	$(NPM) run --silent build
	.venv/bin/python tests/clients/with_service.py $(NPM) run --silent start

lint-http: $(DEV) $(HTTPLINT) ## Ask a running service for every public address, and lint the answers with httplint; a warning fails it
	LOG_LEVEL=warning .venv/bin/python tests/clients/with_service.py .tools/httplint/bin/python -m tests.http_lint $(ARGS)

test-nodes: $(DEV) ## Run two nodes, a PostgreSQL primary and replica, and nginx as docs/scaling.md says; kill each in turn
	.venv/bin/python -m tests.nodes

test-browser: $(DEV) $(BROWSER) ## Look at pages, embeds and handouts with Chromium; ARGS=--screenshots=FOLDER keeps pictures
	.venv/bin/python -m pytest tests/browser $(ARGS)

swagger-ui: $(CLIENTS) ## Copy Swagger UI's files out of its npm package
	for file in swagger-ui-bundle.js swagger-ui-bundle.js.LICENSE.txt swagger-ui.css favicon-32x32.png LICENSE NOTICE; do \
		install -m 644 tests/clients/node_modules/swagger-ui-dist/$$file app/static/swagger-ui/ || exit; \
	done

bench: $(SERVE) $(BENCH) ## Measure beside nginx, PocketBase and Datasette; ARGS=--quick takes two minutes
	@exec .venv/bin/python -m benchmarks.bench $(ARGS)

bench-find: $(DEV) ## Measure finding among 100,000 conditions and 1,000,000 places, kept in .tools/find once grown
	@exec .venv/bin/python -m benchmarks.find $(ARGS)

lock: $(UV) ## Lock the requirements anew; FLAGS=--upgrade takes the newest
	$(COMPILE) pyproject.toml -o requirements.txt
	$(COMPILE) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	$(COMPILE) benchmarks/requirements.in -o benchmarks/requirements.txt
	printf 'httplint\nrich\n' | $(COMPILE) --no-annotate - -o tests/http_lint.txt
	echo uv | $(COMPILE) --no-annotate - -o requirements-tools.txt

clean: ## Remove what was installed and built; content stays
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis tests/clients/node_modules tests/clients/build tests/browser/node_modules
	find app benchmarks migrations tests -name __pycache__ -prune -exec rm -rf {} +

# The settings pip may have for safety, or for its user's home, would refuse a folder of our own.
$(UV): requirements-tools.txt
	PIP_REQUIRE_VIRTUALENV=0 PIP_USER=0 $(PYTHON) -m pip install --quiet --require-hashes --upgrade --target .tools -r $<
	touch $@

.venv/bin/python: | $(UV)
	$(UV) venv --quiet --clear --python '>=3.11' .venv

# Serving after testing must not take the tests' packages away, so what installs them is good for serving as well.
$(DEV): requirements-dev.txt .venv/bin/python
	$(SYNC) $<
	touch $(SERVE) $@

$(SERVE): requirements.txt .venv/bin/python
	$(SYNC) $<
	rm -f $(DEV)
	touch $@

tests/%/node_modules/.package-lock.json: tests/%/package.json tests/%/package-lock.json tests/%/.npmrc
	@command -v npm > /dev/null || { echo "This target needs Node.js 20.19 or newer, with npm."; exit 1; }
	npm --prefix tests/$* ci
	touch $@

$(BENCH): benchmarks/requirements.txt | $(UV)
	$(UV) venv --quiet --clear --python '>=3.11' .tools/bench
	$(UV) pip sync --quiet --require-hashes --python .tools/bench/bin/python $<
	touch $@

# One of httplint's own needs would put a package named `tests` beside ours.
$(HTTPLINT): tests/http_lint.txt | $(UV)
	$(UV) venv --quiet --clear --python '>=3.11' .tools/httplint
	$(UV) pip sync --quiet --require-hashes --python .tools/httplint/bin/python $<
	touch $@
