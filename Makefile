# Two commands matter: `make demo` and `make test`. Both set up .venv by themselves.

# The first Python that is new enough; override with `make PYTHON=/path/to/python3.12 ...`.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test check lint types contracts format bench bench-peers bluez-vm arm64 homeassistant screenshots snapshots contract lock clean

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "stridecue needs Python 3.11 or newer and found none: install it, or say where it is: make PYTHON=/path/to/python3 $(MAKECMDGOALS)" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || { echo "could not make $(VENV): on Debian and Ubuntu install python3-venv, then try again" >&2; rm -rf $(VENV); exit 2; }

$(VENV)/.use: $(BIN)/python pyproject.toml constraints.txt
	@echo "Installing stridecue and its needs into $(VENV) (half a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt -e '.[tui,web,sim,broker,audio]'
	@touch $@

$(VENV)/.dev: $(VENV)/.use
	@echo "Installing the test tools ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV)/.use  ## a virtual runner over virtual Bluetooth (ARGS="--headless --seconds 120")
	@kept=$$(stty -g 2>/dev/null); $(BIN)/stridecue demo $(ARGS) || { code=$$?; \
	if [ $$code -gt 128 ]; then sleep 1; test -z "$$kept" || stty "$$kept"; fi; exit $$code; }  # killed: its dashboard goes first

test: $(VENV)/.dev  ## every test (ARGS="-k name" for some)
	@$(BIN)/python -m pytest $(ARGS)

check: lint types contracts test  ## lint + types + import contracts + tests

lint: $(VENV)/.dev  ## ruff: rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev  ## mypy --strict
	@$(BIN)/mypy

contracts: $(VENV)/.dev  ## who may import whom
	@$(BIN)/lint-imports

format: $(VENV)/.dev  ## let ruff mend what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev  ## benchmarks: ratios within one run
	@for b in benchmarks/bench_*.py; do echo "== $$b"; $(BIN)/python $$b || exit 1; done

bluez-vm: $(VENV)/.dev  ## a run on real BlueZ in a virtual machine (Debian, minutes; tests/bluez/README.md)
	@$(BIN)/python -m tests.bluez.vm $(ARGS)

arm64: $(VENV)/.dev  ## the core on an emulated Raspberry Pi's processor (Debian, minutes; docs/pi/README.md)
	@$(BIN)/python -m tests.arm64 $(ARGS)

bench-peers: $(VENV)/.dev  ## other gait libraries beside ours on the same recordings (0.8 GB in .venv-peers, once)
	@$(BIN)/python -m benchmarks.peers $(ARGS)

homeassistant: $(VENV)/.dev  ## our discovery message through Home Assistant's own schemas (0.5 GB in .venv-homeassistant, once)
	@$(BIN)/python -m tests.hub.homeassistant.homeassistant_schemas

screenshots: $(VENV)/.dev  ## renew the pictures in docs/ (needs chromium)
	@$(BIN)/python docs/take_screenshots.py

snapshots: $(VENV)/.dev  ## renew the texts of the screens in tests/tui/screens; read the difference
	@$(BIN)/python -m tests.tui.gallery

contract: $(VENV)/.dev  ## renew the documents of the MQTT contract in docs/contract
	@$(BIN)/python -m hub.contract.documents docs/contract

lock: $(VENV)/.dev  ## renew constraints.txt (needs uv)
	@{ echo "# Locked versions: names and versions only. Renew with \`make lock\`."; \
	   uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --no-annotate --no-header --upgrade -q; } > constraints.new
	@mv constraints.new constraints.txt

clean:  ## forget the environment and all caches
	rm -rf $(VENV) .venv-peers .venv-homeassistant build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
