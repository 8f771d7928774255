# Two commands do all: `make demo` (install, then show an article translated and summarized) and `make test` (what CI runs).
PYTHON ?= python3
BIN := .venv/bin
PAGE := eval/articles/pages/albukamal-meeting.txt

GATE := --system bundled=bundled --limit 5

.PHONY: demo model test gate baseline lint format clean

demo: .venv/installed
	@HF_HUB_OFFLINE=1 $(BIN)/tarjama digest --verbose $(PAGE)

test: .venv/installed-dev lint
	$(BIN)/pytest -q
	$(MAKE) --no-print-directory gate

# The bundled model must not translate worse than when the baseline was saved. Another processor's rounding may change
# words: only a drop of more than a point that is more than chance fails. Without the base model it stops with exit code 1.
gate: .venv/installed
	$(BIN)/tarjama evaluate $(GATE) --baseline eval/baseline.json --max-drop bleu=1 --max-drop chrf=1

# After better weights, or other articles: look at the scores, then commit the file.
baseline: .venv/installed
	$(BIN)/tarjama evaluate $(GATE) --save-baseline eval/baseline.json

# Trains a bundled model: days on a laptop. mt/bundled/recipe/README.md says what PAIRS, DEV and GLOSSES are.
model: .venv/installed-dev
	$(MAKE) --no-print-directory --file mt/bundled/recipe/Makefile PYTHON=$(BIN)/python

lint: .venv/installed-dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: .venv/installed-dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip

.venv/installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[recipe]' --group dev
	@touch $@
