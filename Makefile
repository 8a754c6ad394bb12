# What there is to do here. Every target installs what it needs first (scripts/setup), as root or with sudo.

SHELL := /bin/bash
RELEASE := --configuration release --product portero --static-swift-stdlib \
	-Xswiftc -cross-module-optimization -Xlinker -s
SOURCES := Package.swift Sources Tests

.PHONY: help run test check lint format release bench fuzz sanitize clean

help: ## lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s  %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: release ## builds for release and runs the server; without DATABASE_URL on an embedded database, with a demo
	@exec .build/release/portero serve $(if $(DATABASE_URL),,--demo)

test: ## runs every test, on a PostgreSQL of its own; FILTER=… runs some
	@scripts/setup test
	scripts/with-postgres swift test --disable-xctest $(if $(FILTER),--filter $(FILTER))

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

bench: release ## measures beside pgbench and the raw hash rate
	@scripts/setup bench
	Benchmarks/run

fuzz: ## feeds the parsers with what libFuzzer finds
	@scripts/setup test
	scripts/fuzz

sanitize: ## runs the tests under the thread and address sanitizers
	@scripts/setup test
	SWIFT_BACKTRACE=enable=no scripts/with-postgres \
		swift test --disable-xctest --sanitize=thread --scratch-path .build-thread $(if $(FILTER),--filter $(FILTER))
	SWIFT_BACKTRACE=enable=no ASAN_OPTIONS=detect_leaks=1 scripts/with-postgres \
		swift test --disable-xctest --sanitize=address --scratch-path .build-address $(if $(FILTER),--filter $(FILTER))

clean: ## removes what was built; the data in .portero stays
	rm -rf .build .build-*
