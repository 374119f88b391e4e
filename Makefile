# Two commands: `make run` and `make test`. Both set up their own environment first.
PYTHON ?= python3
UV_VERSION := 0.13.9
BIN := .venv/bin

.PHONY: run test setup lock peers bench screenshots clean

run: setup
	$(BIN)/wijkblik run

test: setup peers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest

setup: .venv/ready

.uv/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Wijkblik needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version). Name another: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -m venv .uv || { rm -rf .uv; echo "This machine can't make virtual environments. Install it first: sudo apt install python3-venv"; exit 1; }
	.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/ready: .uv/bin/uv pyproject.toml requirements.lock
	@echo "Setting up (about a minute the first time) ..."
	test -x $(BIN)/python || .uv/bin/uv venv --quiet --python $(PYTHON) .venv
	.uv/bin/uv pip install --quiet --python $(BIN)/python -r requirements.lock -e .
	@touch $@

# Names and versions only: no registry, no hashes, no address.
lock: .uv/bin/uv
	.uv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url --group dev pyproject.toml -o requirements.lock
	.uv/bin/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate --no-emit-index-url benchmarks/peers.in -o requirements-peers.lock

# What Wijkblik is measured against, in an environment of its own: its needs and ours need not agree.
peers: .peers/ready

.peers/ready: .uv/bin/uv requirements-peers.lock
	test -x .peers/bin/python || .uv/bin/uv venv --quiet --python $(PYTHON) .peers
	.uv/bin/uv pip install --quiet --python .peers/bin/python -r requirements-peers.lock
	@touch $@

# The figures of docs/performance.md, measured anew: some twenty minutes on a machine that does nothing else.
bench: setup peers
	$(BIN)/python -m benchmarks.rounds
	$(BIN)/python -m benchmarks.parsing
	$(BIN)/python -m benchmarks.insert
	$(BIN)/python -m benchmarks.cadence
	$(BIN)/python -m benchmarks.report

clean:
	rm -rf .venv .peers .uv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# The pictures in docs/images, taken by the browser test.
screenshots: setup
	WIJKBLIK_SCREENSHOTS=1 $(BIN)/pytest -q tests/browser -k picture
