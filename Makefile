# Everything a newcomer needs is `make run` and `make test`; the rest is for those who work on it.

# uv makes the environment from the lock file, and brings Python 3.10 where there is none.
TOOLS := .tools
UV := $(shell command -v uv 2>/dev/null || echo $(TOOLS)/bin/uv)
RUN := $(UV) run --locked

export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export SQLALCHEMY_SILENCE_UBER_WARNING := 1

.PHONY: help run test lint train bench nlu-report safety-report soak scale-proof docs setup browser

help: ## Show this help
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: setup ## Set up, train if needed, and start everything
	@$(RUN) wise run

test: setup browser ## Set up and run all tests
	@$(RUN) wise train
	$(RUN) pytest -n auto --dist loadfile

lint: setup ## Check style and types
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy

train: setup ## Train the model
	@$(RUN) wise train --force

bench: setup ## Measure speed beside stock Rasa (half an hour with its training)
	$(RUN) python -m benchmarks.turn
	$(RUN) python -m benchmarks.page
	$(RUN) python -m benchmarks.network

nlu-report: setup ## Measure how well messages are understood (some 40 minutes)
	$(RUN) python -m benchmarks.nlu_report

safety-report: setup ## Measure what the risk screen sees and misses (a few minutes)
	$(RUN) python -m benchmarks.safety_report

PERSONS := 500
soak: setup ## Let made-up patients talk to the bot for simulated weeks (hours with all 500)
	$(RUN) wise simulate --persons $(PERSONS)

scale-proof: setup ## Kill one of each server under 2,000 turns (needs PostgreSQL, Redis, RabbitMQ)
	SCALE_CHATS=100 SCALE_TURNS=20 $(RUN) pytest -q -s tests/scaling/test_past_one_machine.py

docs: setup ## Draw the pictures of the docs again
	$(RUN) python -m benchmarks.pictures

setup: $(UV) ## Make the environment from the lock file
	@$(UV) sync --locked --quiet

# The test of the chat page needs a browser. CI installs what it lacks; a newcomer's machine
# is left alone, and the test says why it is skipped.
browser:
	@if [ -n "$$CI" ] && ! command -v chromium >/dev/null && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	fi

$(TOOLS)/bin/uv:
	@echo "Fetching uv, which makes the environment…"
	@python3 -m venv $(TOOLS) >/dev/null 2>&1 \
		&& $(TOOLS)/bin/python -m pip install --quiet uv \
		|| { rm -rf $(TOOLS) && python3 -m pip install --quiet --target $(TOOLS) uv; } \
		|| { rm -rf $(TOOLS); echo "uv could not be fetched: install it (docs.astral.sh/uv) and try again"; exit 1; }
