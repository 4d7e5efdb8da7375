# The two main commands are `make demo` and `make test`. Both create .venv when needed.

# The first Python found that is new enough; override with `make PYTHON=/path/to/python3.12 ...`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types contracts format bench bench-peers bluez-vm arm64 homeassistant screenshots snapshots contract lock clean

help:  ## show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "stridecue needs Python 3.11 or newer, but none was found. Install it, or specify its path: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "could not create $(VENV): on Debian and Ubuntu install python3-venv, then try again" >&2; rm -rf $(VENV); exit 2; }

$(VENV)/.use: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing stridecue and its dependencies into $(VENV) (half a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt -e '.[tui,web,sim,broker,audio]'
	@touch $@

$(VENV)/.dev: $(VENV)/.use
	@echo "Installing the test tools ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV)/.use  ## run a virtual runner over virtual Bluetooth (ARGS="--headless --seconds 120")
	@kept=$$(stty -g 2>/dev/null); $(BIN)/stridecue demo $(ARGS) || { code=$$?; \
	if [ $$code -gt 128 ]; then sleep 1; test -z "$$kept" || stty "$$kept"; fi; exit $$code; }  # killed: let its dashboard exit first

test: $(VENV)/.dev  ## run every test (ARGS="-k name" to select some)
	@$(BIN)/python -m pytest $(ARGS)

check: lint types contracts test  ## lint + types + import contracts + tests

lint: $(VENV)/.dev  ## ruff: lint rules and formatting
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev  ## mypy --strict
	@$(BIN)/mypy

contracts: $(VENV)/.dev  ## import-linter: which package may import which
	@$(BIN)/lint-imports

format: $(VENV)/.dev  ## apply ruff's automatic fixes and formatting
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev  ## run the benchmarks (ratios within one run)
	@for b in benchmarks/bench_*.py; do echo "== $$b"; $(BIN)/python $$b || exit 1; done

bluez-vm: $(VENV)/.dev  ## test a run on real BlueZ in a virtual machine (Debian, minutes; tests/bluez/README.md)
	@$(BIN)/python -m tests.bluez.vm $(ARGS)

arm64: $(VENV)/.dev  ## test the core on an emulated Raspberry Pi processor (Debian, minutes; docs/pi/README.md)
	@$(BIN)/python -m tests.arm64 $(ARGS)

bench-peers: $(VENV)/.dev  ## compare with other gait libraries on the same recordings (0.8 GB in .venv-peers, once)
	@$(BIN)/python -m benchmarks.peers $(ARGS)

homeassistant: $(VENV)/.dev  ## check the discovery message against Home Assistant's own schemas (0.5 GB in .venv-homeassistant, once)
	@$(BIN)/python -m tests.hub.homeassistant.homeassistant_schemas

screenshots: $(VENV)/.dev  ## retake the screenshots in docs/ (needs chromium)
	@$(BIN)/python docs/take_screenshots.py

snapshots: $(VENV)/.dev  ## update the text snapshots in tests/tui/screens; review the diff
	@$(BIN)/python -m tests.tui.gallery

contract: $(VENV)/.dev  ## regenerate the MQTT contract in docs/contract
	@$(BIN)/python -m hub.contract.documents docs/contract

lock: $(VENV)/.dev  ## update constraints.txt (needs uv)
	@{ echo "# Locked versions: names and versions only. Renew with \`make lock\`."; \
	   uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --no-annotate --no-header --upgrade -q; } > constraints.new
	@mv constraints.new constraints.txt

clean:  ## delete the environments and all caches
	rm -rf $(VENV) .venv-peers .venv-homeassistant build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
