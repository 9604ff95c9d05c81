# make help lists every target. Each one sets up what it needs, and nothing twice.
PYTHON ?= python3
TASK   ?= sentiment
VENV   := .venv
RUN    := $(VENV)/bin/rnnbench
# a process per core, four at most as each may start workers of its own; a file stays in one, and what its tests share is made once
PYTEST := $(VENV)/bin/python -m pytest -n logical --maxprocesses 4 --dist loadfile --no-loadscope-reorder
READY  := $(VENV)/ready

option = $(if $(2),--$(1) "$(2)")
OPTIONS = $(call option,data,$(DATA)) $(ARGS)
SWEEP   = $(OPTIONS) $(foreach model,$(MODEL),--model "$(model)") $(call option,trials,$(TRIALS)) \
          $(call option,search,$(SEARCH)) $(call option,seeds,$(SEEDS)) $(call option,workers,$(WORKERS)) $(call option,timeout,$(TIMEOUT)) \
          $(call option,match-parameters,$(MATCH)) $(call option,reselect,$(RESELECT)) $(if $(REFIT),--refit) $(if $(QUICK),--quick)

.DEFAULT_GOAL := help
.PHONY: help setup sweep baselines compare export report bench selftest ui data test test-fast soak check format lock clean

help: ## list every target
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

setup: $(READY) ## create the virtual environment from requirements.lock

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "rnnbench needs Python 3.11 or newer; name one: make PYTHON=python3.12 ..."; exit 2; }
	@echo "setting up $(VENV) (once, some minutes)"
	@$(PYTHON) -m venv $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

sweep: $(READY) ## search, confirm, compare: TASK=sentiment [DATA= MODEL= SEARCH= TRIALS= SEEDS= WORKERS= TIMEOUT= MATCH=1m RESELECT= REFIT=1 QUICK=1 ARGS=]
	@$(RUN) sweep $(TASK) $(SWEEP)

baselines: $(READY) ## scores of the baselines: TASK= [DATA=]
	@$(RUN) baselines $(TASK) $(OPTIONS)

compare: $(READY) ## the table of the newest sweep: TASK= [DATA=]
	@$(RUN) compare $(TASK) $(OPTIONS)

export: $(READY) ## the table in every format, with figures: TASK= [DATA=]
	@$(RUN) export $(TASK) $(OPTIONS)

report: $(READY) ## the report of the newest sweep, one HTML page: TASK= [DATA=]
	@$(RUN) report $(TASK) $(OPTIONS)

bench: $(READY) ## speed of parts of the program: [NAME=]
	@$(RUN) bench $(NAME) $(ARGS)

selftest: $(READY) ## check this installation on synthetic data: [MODEL=my_cell.py QUICK=1]
	@$(RUN) selftest $(foreach model,$(MODEL),--model "$(model)") $(if $(QUICK),--quick) $(ARGS)

ui: $(READY) ## every run in MLflow
	@$(RUN) ui $(ARGS)

data: $(READY) ## list the data sets, or describe one: [DATA=]
	@$(RUN) data $(DATA) $(ARGS)

test: $(READY) ## the whole test suite, on every core: [ARGS="tests/units -n0"]
	@$(PYTEST) $(ARGS)

test-fast: $(READY) ## the tests that take seconds
	@$(PYTEST) -m "not slow" $(ARGS)

soak: $(READY) ## sweeps under random kill -9, against undisturbed ones: [KILLS=100 WORKERS=4]
	@RNNBENCH_SOAK_KILLS=$(or $(KILLS),100) RNNBENCH_SOAK_WORKERS=$(or $(WORKERS),4) $(PYTEST) tests/journeys/test_soak.py -n0 -s

check: $(READY) ## format, lint, types, import order
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports

format: $(READY) ## format the code
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

lock: ## update the pinned dependencies (needs uv)
	@# torch brings its own CUDA packages, pinned by itself: they stay out, so that a CPU build stays small
	@uv pip compile --universal --python-version 3.11 --extra dev --no-annotate --no-header pyproject.toml \
		| grep -vE '^(nvidia-|cuda-|triton)' > requirements.lock.new && mv requirements.lock.new requirements.lock

clean: ## remove the virtual environment and caches; runs stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build dist *.egg-info
