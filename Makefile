# Fairlead. `make` alone explains; each target is a command or two that a person could type.
UV_VERSION := 0.13.9
UV := .tools/bin/uv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
RUN := .venv/bin
CONTRACT := $(wildcard proto/fairlead/v1/*.proto)
RELEASED := proto/released.binpb
PURELIB = $$($(RUN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# googleapis-common-protos ships operations.proto under another file name than its own descriptor says.
OPERATIONS = google/longrunning/operations.proto=$(PURELIB)/google/longrunning/operations_proto.proto
PROTOC = $(RUN)/python -m grpc_tools.protoc -Iproto -I$(OPERATIONS) -I$(PURELIB)
export OMP_NUM_THREADS := 1

.DEFAULT_GOAL := help

help:  ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.ready  ## Install everything into .venv (the other targets call it)

.tools/bin/uv:
	@$(PYTHON) -m venv .tools
	@.tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: pyproject.toml uv.lock | .tools/bin/uv
	@$(UV) sync --frozen --quiet --extra durable 2>.tools/durable.log \
	  || { $(UV) sync --frozen --quiet && echo "durable-rules cannot be built here (see .tools/durable.log): the index engine will serve."; }
	@touch $@

demo: setup  ## Start an embedded service and route the example leads
	@$(RUN)/fairlead demo

# Not in the order of how many tests a file has: those with the fewest take the longest, and would run alone at the end.
PYTEST = $(RUN)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder $(PYTEST_OPTIONS)

# Whatever the environment says, a module is compiled once, and not by each of the hundred commands that tests start.
test test-all: export PYTHONDONTWRITEBYTECODE :=

test: export FAIRLEAD_EXAMPLES ?= 12
test: export FAIRLEAD_FUZZ_SECONDS ?= 1
test: setup  ## Run the tests that everybody runs: all that is essential, on all cores, in five minutes on two
	$(PYTEST) -m "not long"

# At full size: random calls for 30 s in each way in, whatever can fail failing for 120 s, 20,000 leads from 64 clients.
test-all: export FAIRLEAD_TABLES ?= 10000
test-all: export FAIRLEAD_FUZZ_SECONDS ?= 30
test-all: export FAIRLEAD_CHAOS_SECONDS ?= 120
test-all: export FAIRLEAD_SCALE ?= 5
# One more than there are cores: long tests wait for what falls due, and for servers that are killed and come back.
test-all: export PYTEST_XDIST_AUTO_NUM_WORKERS ?= $(shell expr $$($(PYTHON) -c 'import os; print(os.cpu_count())') + 1)
test-all: setup  ## Run all tests, the long ones too, at full size
	$(PYTEST)

SECONDS ?= 60
chaos: setup  ## Kill, freeze, fill and cut things for SECONDS=60 while clients call, and check what they were told
	$(RUN)/python -m tests.chaos --seconds $(SECONDS) $(if $(SEED),--seed $(SEED)) $(if $(TOPOLOGY),--topology $(TOPOLOGY))

DAYS ?= 365
STORE ?= memory
simulate: setup  ## Play a firm of 100 reps for DAYS=365 through the real code, SEED=1, STORE=memory, valkey or both
	$(RUN)/python -m tests.simulation --days $(DAYS) --store $(STORE) $(if $(SEED),--seed $(SEED))

REQUESTS ?= 100000
fuzz: setup  ## Attack every entry point with REQUESTS=100000 malformed calls, and every parser
	@$(UV) sync --frozen --quiet --inexact --group fuzz
	$(RUN)/python -m tests.fuzzing --requests $(REQUESTS) $(if $(SEED),--seed $(SEED))
	$(RUN)/python -m tests.fuzzing.described $(if $(SEED),--seed $(SEED))

SINCE ?= fb041ba
mutants: setup  ## Make 40 small random edits in what changed SINCE=fb041ba, in a copy; print those that no test notices
	$(RUN)/python -m tests.mutants --since $(SINCE) $(if $(SEED),--seed $(SEED))

check: setup  ## Check format, lint, types, import directions, dependencies, the contract
	$(RUN)/ruff format --check .
	$(RUN)/ruff check .
	$(RUN)/mypy
	$(RUN)/lint-imports
	$(RUN)/deptry --no-ansi .
	@mkdir -p build
	@$(PROTOC) --include_imports --include_source_info -o build/contract.binpb $(CONTRACT)
	$(RUN)/buf lint build/contract.binpb
	$(RUN)/buf breaking build/contract.binpb --against $(RELEASED)

proto: setup  ## Generate the contract's Python code anew, and what the OpenAPI document says of it
	@mkdir -p build
	@$(PROTOC) --python_out=proto --pyi_out=proto --grpc_python_out=proto $(CONTRACT)
	@$(RUN)/python -m tests.http_comments >build/comments.json && mv build/comments.json gateway/http/openapi

released: setup  ## At a release: hold later changes of the contract against it as it is now
	@$(PROTOC) --include_imports -o $(RELEASED) $(CONTRACT)

bench: setup  ## Measure; prints the figures that docs/performance.md quotes
	$(RUN)/python -m benchmarks

REVS ?= fb041ba
compare: setup  ## Is this tree slower than REVS="fb041ba …"? Drives them in turn, ten pairs each
	$(RUN)/python -m benchmarks.compare $(REVS)

bench-models: setup  ## Compare the models with LightGBM, XGBoost and CatBoost, and the service with MLServer
	@$(UV) sync --frozen --quiet --inexact --group bench
	$(RUN)/python -m benchmarks.models
	$(RUN)/python -m benchmarks.mlserver

.PHONY: help setup demo test test-all chaos simulate fuzz mutants check proto released bench compare bench-models
