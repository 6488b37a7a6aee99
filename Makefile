# cloudlab: `make play` and `make test` need nothing but Python >= 3.11; each builds .venv by itself when it is missing or outdated.

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help play serve test check bench clean

BIN := .venv/bin
# Extra words for the command behind a target: make play ARGS="play c01", make test ARGS="-k journal".
ARGS ?=
# How many tests run at once: a number, or `logical` for one per core.
JOBS ?= logical

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## */  make \1	/'

play: .venv/.ready-play  ## start the game
	@$(BIN)/cloudlab $(ARGS)

serve: .venv/.ready-serve  ## start the game for a browser
	@$(BIN)/cloudlab serve --open $(ARGS)

test: .venv/.ready-dev  ## run every test
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal $(ARGS)

check: .venv/.ready-dev  ## lint, format, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

bench: .venv/.ready-dev  ## run the benchmarks, one at a time
	$(BIN)/python -m pytest -n 0 tests/bench $(ARGS)

clean:  ## remove .venv, caches and builds; never saves
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready-play: pyproject.toml
	@echo 'setting up .venv (about 75 MB to download the first time)'
	@sh .ci/venv play

.venv/.ready-serve: pyproject.toml
	@echo 'setting up .venv (about 80 MB to download the first time)'
	@sh .ci/venv serve

.venv/.ready-dev: pyproject.toml
	@echo 'setting up .venv (about 155 MB to download the first time)'
	@sh .ci/venv dev
