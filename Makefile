# For those who have make. Students need start.py alone; ARGS="..." passes arguments on.
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

.PHONY: help search test lab setup check format notebooks gallery site pdf bench pins

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-11s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

search test lab setup:
	$(PYTHON) start.py $@ $(ARGS)

search:     ## a first search on the digits, about two minutes
test:       ## all tests, notebooks included; ARGS=--fast leaves the notebooks out
lab:        ## JupyterLab on your own copy of the lessons, in my/
setup:      ## install everything for developing, and nothing more

check: setup  ## ruff, pyright, the order of imports, and the explorer's scripts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports --no-logo
	$(BIN)/pytest -q tests/viewing/explorer/test_scripts.py

format: setup  ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

notebooks: setup  ## execute the lessons in place; ARGS="notebooks/00*.ipynb" for some
	$(BIN)/python notebooks/execute.py $(ARGS)

gallery: setup  ## write docs/gallery.html anew
	$(BIN)/python docs/gallery.py

site: setup  ## build the site without a network: build/site/html/index.html
	$(BIN)/python docs/site/build.py

pdf: setup  ## the same, and the course as a PDF: build/site/nasedu.pdf (needs Chromium)
	$(BIN)/python docs/site/build.py --pdf

bench: setup  ## run every benchmark (the first search alone takes half an hour)
	@set -e; for script in $(filter-out benchmarks/record.py benchmarks/experiment.py,$(wildcard benchmarks/*.py)); do echo "== $$script"; $(BIN)/python "$$script" $(ARGS); done

pins: setup  ## write constraints.txt anew from what is installed (after: start.py setup --latest)
	@{ grep '^#' constraints.txt; $(BIN)/python -m pip freeze --exclude-editable | sed 's/+[^+]*$$//'; } > constraints.new
	@mv constraints.new constraints.txt
