# `make demo` and `make test` each set up all that they need.
PYTHON ?= python3.11
BIN := .venv/bin
# A terminal sees pip's own progress; a log only that it began, and what went wrong.
QUIET := $(shell [ -t 2 ] || echo --quiet)

.PHONY: setup test check lint lock browser servers
setup: .venv/installed node_modules/installed
	@$(BIN)/python -m tools.mirror

# Strata's byte code as well, as pip makes that of packages: the first commands would wait for it.
.venv/installed: requirements.lock Makefile
	@echo "set-up     Python's packages, as requirements.lock has them (a minute or two)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install $(QUIET) --disable-pip-version-check --require-hashes -r requirements.lock
	@$(MAKE) --no-print-directory command
	@$(BIN)/python -m compileall -q main.py modules policies strata emulator
	@touch $@

# Strata itself, built by the hatchling of requirements.lock: nothing is fetched. pip's script is
# replaced by one that finds its Python itself: pip writes the path into it, where a shell reads
# `$` and quotes anew, and a shebang takes no blank, and on Linux 255 bytes (127 before 5.1).
.PHONY: command
command:
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps \
		--no-build-isolation --editable .
	@printf '%s\n' '#!/bin/sh' \
		'exec "$$(dirname "$$(readlink -f "$$0")")/python" -P -m strata "$$@"' > $(BIN)/strata
	@chmod +x $(BIN)/strata

node_modules/installed: package-lock.json
	@echo "set-up     Node's packages, as package-lock.json has them"
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

lint: setup
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m mypy

# Tests of pages need a Chromium; where there is none, this installs it.
browser: setup
	$(BIN)/python -m tests.browser

# Tests of the example service need Redis and MariaDB; where there are none, this installs them.
servers: setup
	$(BIN)/python -m tests.servers

# Python keeps its byte code, even where the environment says not to: every worker reads all tests,
# and every command that a test starts reads Strata.
check quick test: export PYTHONDONTWRITEBYTECODE :=

# In the order of tests/conftest.py: the long files begin early, and short ones fill the end.
# More workers than processors: those with Terraform mostly wait for its provider, which sleeps.
# A worker that dies fails its test: in place of it, pytest-xdist 3.8 would start another and wait.
test: lint browser servers tests/nodes/node_modules/installed examples/shop-api/node_modules/installed
	$(BIN)/python -m pytest -n 6 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

# What needs neither Terraform nor the emulator nor a browser nor servers: before each commit. mypy,
# which uses one processor, works beside the tests. Of generated examples it draws a third.
check: setup
	@$(MAKE) --no-print-directory -j 2 lint quick

.PHONY: quick
quick:
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 \
		-m "not emulator and not terraform and not browser and not nodes and not servers" \
		--hypothesis-profile part

# Node 22 and 24 for Linux on x64, for the test that all write the same JSON.
tests/nodes/node_modules/installed: tests/nodes/package-lock.json
	cd tests/nodes && npm ci --no-audit --no-fund --loglevel=error
	touch $@

examples/shop-api/node_modules/installed: examples/shop-api/package-lock.json
	cd examples/shop-api && npm ci --no-audit --no-fund --loglevel=error
	touch $@

bench/peer/node_modules/installed: bench/peer/package-lock.json
	cd bench/peer && npm ci --no-audit --no-fund --loglevel=error
	touch $@

.PHONY: bench
# Ratios within one run; the last five parts take about an hour. The very last are no ratios, and want
# an idle machine.
bench: setup bench/peer/node_modules/installed
	$(BIN)/python -m bench.synthesis
	$(BIN)/python -m bench.map
	$(BIN)/python -m bench.gate
	$(BIN)/python -m bench.reach
	$(BIN)/python -m bench.cost
	$(BIN)/python -m bench.growth
	$(BIN)/python -m bench.apply
	$(BIN)/python -m bench.plan
	$(BIN)/python -m bench.deploy
	$(BIN)/python -m bench.emulator
	$(BIN)/python -m bench.suite

.PHONY: docs
# What is generated from the settings' models: the page of all keys, and the schema for editors.
docs: setup
	$(BIN)/python -m tools.settings_page
	$(BIN)/strata schema > envs/schema.json

.PHONY: images
# The pictures that the README shows; tests/map/test_images.py holds them against `prod`.
images: setup
	$(BIN)/strata map prod
	mkdir -p docs/images
	cp build/map/prod/network.svg docs/images/prod-network.svg
	cp build/map/prod/system.svg docs/images/prod-system.svg

.PHONY: schemas
# What --json prints, from the models; tests/commands/test_json.py holds them.
schemas: setup
	$(BIN)/python -m tools.schemas

.PHONY: regions
# Which region has what, from the cfn-lint that the emulator's packages bring.
regions: setup
	"$$($(BIN)/python -c 'from strata.local.emulator import python; print(python())')" -m tools.offerings

.PHONY: vocabulary
# The draft of what a type may say to the gate: make vocabulary TYPE=aws_kinesis_stream. Without a type,
# the start that all types get which checkov covers, and what the provider marks as sensitive.
vocabulary: setup
	$(BIN)/python -m tools.vocabulary $(or $(TYPE),--team)

.PHONY: successor
# Ports a copy to CDK Terrain and compares what both synthesize: docs/decisions/0017-the-successor.md.
successor: setup
	$(BIN)/python -m tools.successor

# Needs uv; nothing else does.
lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-emit-find-links -o requirements.lock

.PHONY: demo clean-demo
# Takes envs/local.toml to a running system on the emulator.
demo: setup
	@$(BIN)/strata demo

clean-demo: setup
	@if $(BIN)/strata emulator status >/dev/null; then \
		$(BIN)/strata destroy local --yes local; fi
	@$(BIN)/strata emulator stop
	@rm -rf .strata/logs .strata/reviews .strata/at-work .strata/read cdktf.out build/demo
