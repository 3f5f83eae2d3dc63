# `make` lists the commands. `make run` and `make test` need nothing set up by hand.
.DEFAULT_GOAL := help

# Real data for the tests that want it: a Stack Exchange dump and purchases. They say so when it is absent.
ifneq ($(wildcard $(CURDIR)/../shared/data),)
export REGULARS_TEST_DATA ?= $(CURDIR)/../shared/data
endif

.PHONY: help run build test check openapi bench clean-data servers tools

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

run: tools servers ## start the server, with private PostgreSQL and Redis unless URLs are set
	cargo run --release --locked

build: tools ## build target/release/regulars
	cargo build --release --locked

test: tools servers ## run all tests
	cargo test --locked

check: tools servers ## what CI runs: format, lints, tests, dependencies, OpenAPI drift
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	cargo test --locked
	scripts/audit
	cargo run --locked --quiet -- openapi | cmp - openapi/openapi.json || { echo 'The OpenAPI file is out of date: make openapi.'; exit 1; }

openapi: tools ## write openapi/openapi.json from the code
	@mkdir -p openapi
	cargo run --locked --quiet -- openapi > openapi/openapi.json.new && mv openapi/openapi.json.new openapi/openapi.json

bench: tools servers ## measure what the README claims
	cargo bench --locked --bench main -- $(ONLY)

clean-data: ## remove the private servers' data
	rm -rf data "/var/lib/regulars/$$(printf %s "$(CURDIR)/data" | sha256sum | cut -c1-12)"

servers:
	@scripts/servers

tools:
	@command -v cargo >/dev/null || { echo 'cargo is missing: install Rust with rustup (https://rustup.rs).'; exit 1; }
	@command -v cc >/dev/null || { echo 'A C compiler is missing: install one, on Debian with apt-get install gcc libc6-dev.'; exit 1; }
