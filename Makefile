# make demo: from a fresh clone to figures. make test: everything that must pass before a change is kept.
# Needs python3 (>= 3.11, with venv) and make; everything else goes into .venv, from hash-locked requirements.

PYTHON ?= python3
UV ?= uv
BIN := .venv/bin
KERNEL := src/gloam/kernel/liblanes.so
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
LOCK := $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-header --quiet $(UPGRADE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check unit statistical kernel kernel-sanitized bench bench-instructions bench-peers docs notebooks \
	check-docs check-peers lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

demo: .venv/.base kernel ## scan real dimuon spectra (CMS Open Data) and a dark-sector search, and draw the figures
	$(BIN)/gloam run cms_dimuon
	$(BIN)/gloam run belle2_alp_3gamma
	@echo "report   runs/cms_dimuon/report.html, runs/belle2_alp_3gamma/report.html"
	@echo "figures  runs/cms_dimuon/figures/, runs/belle2_alp_3gamma/figures/"
	@echo "tables   runs/cms_dimuon/scan.csv, limits.csv, and the same in runs/belle2_alp_3gamma/"

test: check unit ## style, layers, types and tests

check: .venv/.test ## style, layers and types only
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports
	$(BIN)/mypy

unit: .venv/.test kernel ## tests only, without the slow statistical ones
	$(BIN)/python -m pytest -n 2

statistical: .venv/.test kernel ## slow tests: coverage, bias, toys
	$(BIN)/python -m pytest -n 2 -m statistical

kernel: $(KERNEL) ## the compiled engine, where there is a C compiler; else gloam runs its NumPy engine

$(KERNEL): tools/build_kernel.py $(wildcard src/gloam/kernel/*.[ch])
	@$(PYTHON) tools/build_kernel.py

# Python itself leaks a little at its end; the interpreter that loads the sanitizers' library needs it first.
kernel-sanitized: .venv/.test ## tests of the compiled engine under the address and undefined-behaviour sanitizers
	$(PYTHON) tools/build_kernel.py --required --sanitize --output build/sanitized/liblanes.so
	LD_PRELOAD=$$($${CC:-cc} -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 \
	GLOAM_KERNEL=$(CURDIR)/build/sanitized/liblanes.so \
	$(BIN)/python -m pytest -q -p no:cacheprovider tests/unit/kernel tests/property/test_engines.py

bench: .venv/.base kernel ## time the standard scans
	$(BIN)/gloam bench

bench-instructions: .venv/.base kernel ## whether the kernel became slower: instructions (valgrind), else ratios to NumPy
	$(BIN)/python benchmarks/instructions.py

bench-peers: .venv-peers/.peers kernel ## time them against iminuit and others, side by side
	.venv-peers/bin/gloam bench --peers

docs: .venv-docs/.docs ## the documentation, in build/docs
	.venv-docs/bin/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "documentation  build/docs/index.html"

notebooks: .venv-docs/.docs ## the notebooks of examples/notebooks, in build/notebooks
	.venv-docs/bin/jupytext --quiet --to ipynb examples/notebooks/*.py
	mkdir -p build/notebooks && mv examples/notebooks/*.ipynb build/notebooks
	@echo "notebooks  build/notebooks"

check-peers: .venv-peers/.peers kernel ## what other programs make of our exports
	.venv-peers/bin/python -m pytest -q tests/validation/test_export_hs3.py

check-docs: .venv/.test kernel ## run every code block of every page as it stands
	$(BIN)/python -m pytest -n 2 tests/documentation -m "statistical or not statistical"

lock: ## resolve the requirements again (needs uv); UPGRADE=--upgrade takes newer versions
	$(LOCK) --group build -o requirements/base.lock
	$(LOCK) --all-extras --group test --constraints requirements/base.lock -o requirements/test.lock
	$(LOCK) --group peers --constraints requirements/base.lock -o requirements/peers.lock
	$(LOCK) --group docs --constraints requirements/base.lock -o requirements/docs.lock

clean: ## remove environments, caches and builds; results in runs/ stay
	rm -rf $(KERNEL) .venv .venv-peers .venv-docs build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# Environments. The stamp .venv/.NAME says that requirements/NAME.lock is installed: a second call installs nothing.
# test.lock is base.lock and more, with the same versions: one environment serves both. Edits to src need no reinstall.
.venv/.base: requirements/base.lock pyproject.toml
.venv/.test: requirements/test.lock pyproject.toml
.venv-peers/.peers: requirements/peers.lock pyproject.toml
.venv-docs/.docs: requirements/docs.lock pyproject.toml
.venv/.base .venv/.test .venv-peers/.peers .venv-docs/.docs:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gloam needs Python >= 3.11: make PYTHON=python3.12 ...")'
	@echo "installing $< into $(@D) (about a minute, once)"
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python $(PIP_INSTALL) --require-hashes -r $<
	@$(@D)/bin/python $(PIP_INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@
