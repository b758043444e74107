# All set-up goes through here: `make demo` shows the program, `make test` tests it.

PYTHON ?= python3
VENV ?= .venv
TORCH ?= torch==2.13.0
# Set TORCH_INDEX to the address of an index of CPU wheels (PyTorch's installation page names it) where the default
# index would bring a CUDA build of several gigabytes.
TORCH_INDEX ?=
PORT ?= 7860
CRASH_ROUNDS ?= 40

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# One file of the libraries that pages are drawn with stands for all: they are copied together.
LIBRARIES := ui/assets/vendor/swagger-ui-bundle.js
CHROMIUM := /usr/bin/chromium

.PHONY: demo test check format lint types layers docs-tests slow server browser assets strings screenshots bench bench-short crash install install-dev clean help

help: ## List the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

demo: $(VENV)/installed assets ## Build the bundled sample of invented reports and serve it.
	$(BIN)/reportgraph demo --port $(PORT)

test: $(VENV)/installed-dev assets ## Run all unmarked tests, a file in each of up to four processes.
	$(BIN)/python -m pytest -q -m "not slow and not server and not browser" -n auto --maxprocesses 4 --dist loadfile

check: lint types layers test ## Format, lint, types, layers, tests (those of the documentation included): what every change must pass.

format: $(VENV)/installed-dev ## Format the code.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

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

assets: $(LIBRARIES) ## Fetch the libraries of the pages, if npm can be had; pages do without where they are missing.

strings: $(VENV)/installed ## Take the texts of the pages into the catalogues of ui/locales.
	$(BIN)/python ui/locales/update_catalogues.py

screenshots: $(VENV)/installed-dev assets $(CHROMIUM) ## Take the pictures of the documentation; the demo must be served.
	$(BIN)/python docs/take_screenshots.py

bench: $(VENV)/installed-dev ## Measure; see docs/benchmarks.md.
	$(BIN)/python benchmarks/startup.py
	$(BIN)/python benchmarks/graph_build.py
	$(BIN)/python benchmarks/encoding.py
	$(BIN)/python benchmarks/search_latency.py
	$(BIN)/python benchmarks/suggest.py
	$(BIN)/python benchmarks/scale.py
	$(BIN)/python benchmarks/vectors.py
	$(PIP) install -e ".[bench]"
	$(BIN)/python benchmarks/vector_peers.py
	$(BIN)/python benchmarks/reranker.py
	$(BIN)/python benchmarks/pages.py --browser

bench-short: $(VENV)/installed-dev ## A short round of the same, to see that it runs.
	$(BIN)/python benchmarks/startup.py --rounds 3
	$(BIN)/python benchmarks/graph_build.py --rounds 1
	$(BIN)/python benchmarks/encoding.py --rows 32 --rounds 1
	$(BIN)/python benchmarks/search_latency.py --rounds 1
	$(BIN)/python benchmarks/suggest.py --prefixes 20
	$(BIN)/python benchmarks/scale.py --reports 1000 --queries 5
	$(BIN)/python benchmarks/vectors.py --rows 60000 --queries 5
	$(BIN)/python benchmarks/reranker.py --model hashing --sets medline --queries 10

crash: $(VENV)/installed-dev ## Kill builds at random instants and look at what is left.
	$(BIN)/python benchmarks/crash.py --rounds $(CRASH_ROUNDS)

install: $(VENV)/installed ## Install the program into the virtual environment.

install-dev: $(VENV)/installed-dev ## The same, with what tests need.

clean: ## Remove the virtual environment, the libraries of the pages and the demo's data.
	rm -rf $(VENV) reportgraph-demo ui/assets/node_modules ui/assets/vendor

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	# torch first, by itself: left to the others' requirements, pip would choose the newest build there is.
	$(PIP) install $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) "$(TORCH)"
	$(PIP) install -e ".[minilm,multilingual]"
	touch $@

$(VENV)/installed-dev: $(VENV)/installed
	$(PIP) install -e ".[minilm,multilingual,dev]"
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
