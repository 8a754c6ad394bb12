# What there is to do here. Every target installs what it needs first (scripts/setup), as root or with sudo.

SHELL := /bin/bash
RELEASE := --configuration release --product portero --static-swift-stdlib \
	-Xswiftc -cross-module-optimization -Xlinker -s
SOURCES := Package.swift Sources Tests

.PHONY: help run test check lint format release bench faults fuzz sanitize clean

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: release ## builds for release and runs the server; without DATABASE_URL on an embedded database, with a demo
	@exec .build/release/portero serve $(if $(DATABASE_URL),,--demo)

test: ## runs every test, on a PostgreSQL of its own; FILTER=… runs some
	@scripts/setup test
	scripts/with-postgres $(if $(FILTER),swift test --disable-xctest --filter $(FILTER),scripts/test-all)

check: lint release test ## what CI runs: lint, build for release, test

lint: ## complains about formatting and style
	@scripts/setup run
	swift format lint --strict --recursive $(SOURCES)

format: ## formats the sources
	@scripts/setup run
	swift format --in-place --recursive $(SOURCES)

release: ## builds .build/release/portero
	@scripts/setup run
	swift build $(RELEASE)

bench: release ## measures beside pgbench and the raw hash rate, and few users beside a million; about ten minutes
	@scripts/setup bench
	Benchmarks/run

faults: release ## breaks server, database, clients and mail on purpose; CASES=… chooses some, LONG=1 repeats more
	@scripts/setup test
	Tests/faults/run $(if $(LONG),--long) --program .build/release/portero $(CASES)

fuzz: ## feeds the parsers with what libFuzzer finds, a minute each; SECONDS=… longer
	@scripts/setup test
	scripts/fuzz $(SECONDS)

sanitize: ## runs the unit tests under the thread and address sanitizers; FILTER=… runs some
	@scripts/setup test
	FILTER='$(FILTER)' scripts/sanitize

clean: ## removes what was built; the data in .portero stays
	rm -rf .build .build-*
