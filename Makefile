# slt-remote: everything a newcomer needs, as short recipes over `swift build`. `make help` lists the targets.

.DEFAULT_GOAL := build
SHELL := /bin/bash -euo pipefail
.PHONY: help build deps install test demo bench bench-startup bench-sync bench-slt bench-fleet chaos fuzz fuzz-sync clean

PREFIX ?= /usr/local
SWIFT ?= swift
# Extra flags for every swift command, such as `make SWIFT_FLAGS='--jobs 2'`.
SWIFT_FLAGS ?=
# Where the two products end up, side by side: slt-remote looks for slt-worker beside itself.
BIN := $(CURDIR)/.build/bin
BUILD_TREE := $(CURDIR)/.build

# Debian packages that the build needs, and those that the tests and the demo need to run a private SSH server.
# Installing openssh-server starts it on port 22 on most machines; the tests start their own on loopback.
PACKAGES := libssh2-1-dev libssl-dev libzstd-dev libsqlite3-dev libxxhash-dev libmd-dev pkg-config openssh-client openssh-server rsync git postgresql python3

# The worker is uploaded to hosts that may have nothing but a C library. A folder that holds libstdc++.a alone
# comes first on the linker's path, so that `-lstdc++` means the archive. An executable that exports nothing
# lets the linker drop what nobody calls (1.4 MB).
# The client is built alike: one build of the dependencies serves both.
ARCHIVES := $(BUILD_TREE)/archives
RELEASE := -c release --static-swift-stdlib -Xswiftc -L$(ARCHIVES) -Xlinker -l:libgcc_eh.a -Xlinker --no-export-dynamic

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  PREFIX=$(PREFIX)"

build: deps ## slt-remote and the slt-worker that it uploads, as release builds in .build/bin (the default)
	@mkdir -p $(ARCHIVES) $(BIN)
	@ln -sf "$$(gcc -print-file-name=libstdc++.a)" $(ARCHIVES)/libstdc++.a
	$(SWIFT) build $(SWIFT_FLAGS) $(RELEASE)
	@out="$$($(SWIFT) build $(RELEASE) --show-bin-path)"; for program in slt-worker slt-remote; do \
	    if [ ! -e $(BIN)/$$program ] || [ "$$out/$$program" -nt $(BIN)/$$program ]; then \
	        strip -o $(BIN)/$$program.new "$$out/$$program"; mv -f $(BIN)/$$program.new $(BIN)/$$program; fi; done
	@echo "built $(BIN)/slt-remote and $(BIN)/slt-worker"

deps: ## Installs the Debian packages that are missing, if any
	@command -v $(SWIFT) >/dev/null || { echo "cannot find '$(SWIFT)': install Swift 6.2 or later from https://swift.org/install, or set SWIFT" >&2; exit 1; }
	@command -v dpkg-query >/dev/null || { echo "not a Debian system: these packages are taken for granted: $(PACKAGES)" >&2; exit 0; }; \
	missing=; for package in $(PACKAGES); do \
	    [[ "$$(dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null)" == *installed* ]] || missing+=" $$package"; done; \
	[ -n "$$missing" ] || exit 0; \
	echo "installing$$missing"; \
	if [ "$$(id -u)" = 0 ]; then root=env; elif sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null; }; then root="sudo env"; else \
	    echo "cannot install packages without root; run this, then make again: apt-get install$$missing" >&2; exit 1; fi; \
	$$root apt-get -q update; \
	$$root DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install $$missing </dev/null

install: build ## PREFIX/bin/slt-remote and PREFIX/libexec/slt-remote/slt-worker
	install -D -m 755 $(BIN)/slt-remote $(DESTDIR)$(PREFIX)/bin/slt-remote
	install -D -m 755 $(BIN)/slt-worker $(DESTDIR)$(PREFIX)/libexec/slt-remote/slt-worker

# The end-to-end tests run the programs that users get: SLT_TEST_BIN names the folder that holds both.
test: build ## All tests, also those against a private SSH server
	@log=$(BUILD_TREE)/test.log; SLT_TEST_BIN=$(BIN) $(SWIFT) test $(SWIFT_FLAGS) --parallel --experimental-maximum-parallelization-width 8 2>&1 | tee $$log || { \
	    echo "what failed, of $$log:" >&2; grep -A 4 -E 'recorded an issue|error:|Fatal error' $$log | cut -c1-1000 | head -200 >&2; exit 1; }

demo: build ## The real programs at work against a private SSH server, in under a minute after the build
	@exec "$$($(SWIFT) build $(RELEASE) --show-bin-path)/slt-demo" $(BIN)

bench-startup: build ## Sizes and start-up times of both programs
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/bench-startup" $(BIN)

bench-sync: build ## Syncs side by side with rsync, which takes about five minutes; SYNC_BENCH='--million' for 1,000,000 files
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/sync-bench" $(BIN)/slt-remote $(SYNC_BENCH)

# CORPUS names a folder of .test files; without it a generated suite is measured.
bench-slt: build ## The runner against SQLite alone: CPU, wall, worst file, parser, memory, start
	@mkdir -p $(BUILD_TREE)/bench
	gcc -O2 -o $(BUILD_TREE)/bench/floor Benchmarks/SLT/floor.c -l:libsqlite3.a -lm -lpthread -ldl
	python3 Benchmarks/SLT/bench.py --worker $(BIN)/slt-worker --floor $(BUILD_TREE)/bench/floor $(CORPUS)

# Two tests of 550 mutations a run, with rsync and a comparison of its own as oracles.
SYNC_FUZZ_RUNS ?= 20
fuzz-sync: deps ## Random trees, SYNC_FUZZ_RUNS (20) times 2 × 550 mutations, against rsync; SEED chooses others
	SEED=$${SEED:-1} SYNC_FUZZ_RUNS=$(SYNC_FUZZ_RUNS) $(SWIFT) test $(SWIFT_FLAGS) --filter "RandomTreeTests|RuleTests/oracle"

FUZZ_SECONDS ?= 60
fuzz: deps ## libFuzzer on the parsers of all dialects, for FUZZ_SECONDS (60)
	@mkdir -p $(BUILD_TREE)/fuzz/corpus
	swiftc -swift-version 6 -O -parse-as-library -sanitize=fuzzer,address -module-name Fuzz \
	    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature MemberImportVisibility \
	    -I Sources/CSQLite -I Sources/CMD $$(find Sources/SQLLogicTest -name '*.swift') Benchmarks/Fuzz/Fuzz.swift \
	    -o $(BUILD_TREE)/fuzz/fuzz -lsqlite3 -lmd
	$(BUILD_TREE)/fuzz/fuzz -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -artifact_prefix=$(BUILD_TREE)/fuzz/ $(BUILD_TREE)/fuzz/corpus Tests/Scripts/rs

# The queue, the supervisor and the workers without a database: toy files that the probe runs itself.
PROBE = "$$($(SWIFT) build $(RELEASE) --show-bin-path)/fleet-probe"
SCRATCH := $(BUILD_TREE)/scratch

chaos: build ## 5,000 random kills of workers, supervisors, agents, clients and connections; SEED chooses others
	$(SWIFT) build $(SWIFT_FLAGS) $(RELEASE) --product fleet-probe
	@rm -rf $(SCRATCH)/chaos; $(PROBE) chaos $(SCRATCH)/chaos/fleet $${SEED:-1} 4000 && $(PROBE) host-chaos $(SCRATCH)/chaos/host $${SEED:-1} 1000 $(BIN); \
	result=$$?; [ $$result != 0 ] || rm -rf $(SCRATCH)/chaos; exit $$result

bench-fleet: build ## Claims, makespan beside GNU parallel, and what the fleet costs
	$(SWIFT) build $(SWIFT_FLAGS) $(RELEASE) --product fleet-probe
	@rm -rf $(SCRATCH)/fleet; $(PROBE) bench $(SCRATCH)/fleet; rm -rf $(SCRATCH)/fleet

bench: bench-startup bench-sync bench-slt bench-fleet ## Every measurement

clean: ## Removes all that was built
	rm -rf $(BUILD_TREE)
