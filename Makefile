# Thin on purpose: each target is one command that can be typed by hand.
# Nothing needs to be installed before the first one but Python 3.11 or newer.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
ARGS ?=

# The demo says how many seconds it took from here.
export DEMO_STARTED_AT := $(shell date +%s)

.PHONY: demo test lint format bench chaos mutants shots clean

demo: $(VENV)/.installed  ## the whole product in one terminal, with invented people
	@exec $(BIN)/python manage.py demo $(ARGS)

test: $(VENV)/.installed-dev  ## every test; those that need more than Python skip and say so
	@exec $(BIN)/python -m pytest -n auto --dist loadgroup $(ARGS)

lint: $(VENV)/.installed-dev  ## style, format, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.installed-dev  ## mend what can be mended by a machine
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.installed-dev  ## the speeds that are promised, measured here
	@exec $(BIN)/python -m smsportal.bench $(ARGS)

chaos: $(VENV)/.installed-dev  ## break everything that can break; nothing may be lost or go twice
	@exec $(BIN)/python -m smsportal.chaos $(ARGS)

mutants: $(VENV)/.installed-dev  ## plant each known fault; the tests must see it
	@exec $(BIN)/python -m smsportal.bench.mutants $(ARGS)

shots: $(VENV)/.installed-dev  ## a picture of every page into var/shots
	@exec $(BIN)/python manage.py shots $(ARGS)

clean:  ## forget the environment and the demo's data
	rm -rf $(VENV) var staticfiles

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "Python came without its venv module. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	@echo "Installing what the portal runs on (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@echo "Installing what the tests need (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
