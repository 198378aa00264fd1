# slt-remote: everything a newcomer needs, as short recipes over `swift build`. `make help` lists the targets.

.DEFAULT_GOAL := build
SHELL := /bin/bash -euo pipefail
.PHONY: help build deps install uninstall fresh test example docs demo bench bench-startup bench-sync bench-slt bench-fleet bench-results bench-cause bench-parts chaos fuzz fuzz-sync clean

PREFIX ?= /usr/local
SWIFT ?= swift
# Extra flags for every swift command, such as `make SWIFT_FLAGS='--jobs 2'`.
SWIFT_FLAGS ?=
# The libraries are built for these programs: see Package.swift.
export SLT_TUNED := 1
# Where the products end up, side by side: slt-remote looks for the workers beside itself.
BIN := $(CURDIR)/.build/bin
BUILD_TREE := $(CURDIR)/.build

# Debian packages that the build needs, and those that the tests and the demo need to run a private SSH server.
# Installing openssh-server starts it on port 22 on most machines; the tests start their own on loopback.
PACKAGES := gcc g++ binutils libc6-dev zlib1g-dev libssh2-1-dev libssl-dev libzstd-dev libsqlite3-dev libre2-dev libxxhash-dev libmd-dev libarchive-dev pkg-config \
    openssh-client openssh-server rsync git postgresql python3 procps busybox-static

# The programs need no library of Swift or C++. A folder that holds libstdc++.a alone comes first on the linker's path, so
# that `-lstdc++` means the archive. An executable that exports nothing lets the linker drop what nobody calls (1.4 MB).
# All programs are built alike: one build of the dependencies serves each.
ARCHIVES := $(BUILD_TREE)/archives
RELEASE := -c release --static-swift-stdlib -Xswiftc "-L$(ARCHIVES)" -Xlinker -l:libgcc_eh.a -Xlinker --no-export-dynamic

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  PREFIX=$(PREFIX)"

build: deps ## slt-remote and the workers that it uploads, as release builds in .build/bin (the default)
	@mkdir -p "$(ARCHIVES)" "$(BIN)"
	@ln -sf "$$(gcc -print-file-name=libstdc++.a)" "$(ARCHIVES)"/libstdc++.a
	$(SWIFT) build $(SWIFT_FLAGS) $(RELEASE)
	@out="$$($(SWIFT) build $(RELEASE) --show-bin-path)"; for program in slt-worker slt-worker-dynamic slt-remote; do \
	    if [ ! -e "$(BIN)"/$$program ] || [ "$$out/$$program" -nt "$(BIN)"/$$program ]; then \
	        strip -o "$(BIN)"/$$program.new "$$out/$$program"; mv -f "$(BIN)"/$$program.new "$(BIN)"/$$program; fi; done
	@echo "built $(BIN)/slt-remote and its workers"

# A status is compared as a whole: dpkg says `not-installed` of packages that it knows only by name.
deps: ## Installs the Debian packages that are missing, if any
	@command -v $(SWIFT) >/dev/null || { echo "cannot find '$(SWIFT)': install Swift 6.2 or later from https://swift.org/install, or set SWIFT" >&2; exit 1; }
	@command -v dpkg-query >/dev/null || { echo "not a Debian system: these packages are taken for granted: $(PACKAGES)" >&2; exit 0; }; \
	missing=; for package in $(PACKAGES); do \
	    [ "$$(dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null)" = installed ] || missing+=" $$package"; done; \
	[ -n "$$missing" ] || exit 0; \
	echo "installing$$missing"; \
	if [ "$$(id -u)" = 0 ]; then root=env; elif sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null; }; then root="sudo env"; else \
	    echo "cannot install packages without root; run this, then make again: apt-get install$$missing" >&2; exit 1; fi; \
	$$root apt-get -q update; \
	$$root DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install $$missing </dev/null

# Where each program goes, below PREFIX. slt-remote looks for the workers beside itself and in libexec.
PLACES := slt-remote:bin slt-worker:bin slt-worker-dynamic:libexec/slt-remote

# Only copies: under sudo's PATH there is no Swift, and root should build nothing in the user's tree.
install: ## Copies what was built: PREFIX/bin/slt-remote and slt-worker, PREFIX/libexec/slt-remote/slt-worker-dynamic
	@for place in $(PLACES); do [ -e "$(BIN)"/$${place%%:*} ] || { \
	    echo "cannot install $${place%%:*}: it is not built; run 'make' first, then 'sudo make install' again" >&2; exit 1; }; done
	@for place in $(PLACES); do program=$${place%%:*}; target="$(DESTDIR)$(PREFIX)/$${place#*:}/$$program"; \
	    install -D -m 755 "$(BIN)"/$$program "$$target"; echo "installed $$target"; done
	@rm -f "$(DESTDIR)$(PREFIX)/libexec/slt-remote/slt-worker"

uninstall: ## Removes what 'make install' has copied
	@for place in $(PLACES); do rm -fv "$(DESTDIR)$(PREFIX)/$${place#*:}/$${place%%:*}"; done
	@rmdir "$(DESTDIR)$(PREFIX)/libexec/slt-remote" 2>/dev/null || true

# The tests look at pages of results in a browser, and hand runs to clusters of their own. Installing munge starts its service on most machines; the
# tests start daemons of their own, with keys and ports of their own.
test: PACKAGES += chromium slurm-wlm munge iproute2
# The end-to-end tests run the programs that users get: SLT_TEST_BIN names the folder that holds both.
# The example is built before the tests begin, so that none of them has less time for it.
test: build example ## All tests, also those against a private SSH server
	@log="$(BUILD_TREE)"/test.log; SWIFT="$(SWIFT)" SLT_MANY_FILES=10000 SLT_TEST_BIN="$(BIN)" $(SWIFT) test $(SWIFT_FLAGS) --parallel --experimental-maximum-parallelization-width 8 2>&1 | tee "$$log" || { \
	    echo "what failed, of $$log:" >&2; grep -A 4 -E 'recorded an issue|error:|Fatal error' "$$log" | cut -c1-1000 | head -200 >&2; exit 1; }

example: build ## Examples/RunAFleet, as a user of the library builds it: with this tree as a dependency by a tagged git address
	SWIFT="$(SWIFT)" SLT_TEST_BIN="$(BIN)" $(SWIFT) test $(SWIFT_FLAGS) --filter ExampleTests

docs: deps ## The libraries' documentation for the browser, in .build/docs
	@mkdir -p "$(BUILD_TREE)"/docs
	for library in RemoteKit SQLLogicTest; do rm -rf "$(BUILD_TREE)"/docs/$$library; \
	    $(SWIFT) package $(SWIFT_FLAGS) --allow-writing-to-directory "$(BUILD_TREE)"/docs generate-documentation \
	        --target $$library --warnings-as-errors --output-path "$(BUILD_TREE)"/docs/$$library; done

demo: build ## The real programs at work against a private SSH server, in under a minute after the build
	@exec "$$($(SWIFT) build $(RELEASE) --show-bin-path)/slt-demo" "$(BIN)"

bench-startup: build ## Sizes and start-up times of both programs
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/bench-startup" "$(BIN)"

bench-sync: build ## Syncs side by side with rsync, which takes about five minutes; SYNC_BENCH='--million' for 1,000,000 files
	@"$$($(SWIFT) build $(RELEASE) --show-bin-path)/sync-bench" "$(BIN)"/slt-remote $(SYNC_BENCH)

# CORPUS names a folder of .test files; without it a generated suite is measured.
bench-slt: build ## The runner against SQLite alone: CPU, wall, worst file, parser, memory, start
	@mkdir -p "$(BUILD_TREE)"/bench
	gcc -O2 -o "$(BUILD_TREE)"/bench/floor Benchmarks/SLT/floor.c -l:libsqlite3.a -lm -lpthread -ldl
	python3 Benchmarks/SLT/bench.py --worker "$(BIN)"/slt-worker --floor "$(BUILD_TREE)"/bench/floor $(CORPUS)

# Two tests of 550 mutations a run, with rsync and a comparison of its own as oracles.
SYNC_FUZZ_RUNS ?= 20
fuzz-sync: deps ## Random trees, SYNC_FUZZ_RUNS (20) times 2 × 550 mutations, against rsync; SEED chooses others
	SEED=$${SEED:-1} SYNC_FUZZ_RUNS=$(SYNC_FUZZ_RUNS) $(SWIFT) test $(SWIFT_FLAGS) --filter "RandomTreeTests|RuleTests/oracle"

FUZZ_SECONDS ?= 60
FUZZ := $(BUILD_TREE)/fuzz
FUZZ_SWIFTC := swiftc -swift-version 6 -O -parse-as-library -package-name slt-remote -enable-upcoming-feature ExistentialAny \
    -enable-upcoming-feature InternalImportsByDefault -enable-upcoming-feature MemberImportVisibility -I "$(FUZZ)/CRE2" -I "$(FUZZ)/CPlatform"
fuzz: deps ## libFuzzer on the parsers of all dialects, for FUZZ_SECONDS (60)
	@mkdir -p "$(FUZZ)/corpus"; for module in CRE2 CPlatform; do mkdir -p "$(FUZZ)/$$module"; \
	    echo "module $$module { header \"$(CURDIR)/Sources/$$module/include/$$module.h\" export * }" > "$(FUZZ)/$$module/module.modulemap"; done
	g++ -O2 -std=c++17 -I Sources/CRE2/include -c Sources/CRE2/CRE2.cpp -o "$(FUZZ)/CRE2.o"
	gcc -O2 -I Sources/CPlatform/include -c Sources/CPlatform/CPlatform.c -o "$(FUZZ)/CPlatform.o"
	$(FUZZ_SWIFTC) -wmo -module-name Platform -emit-module -emit-module-path "$(FUZZ)/Platform.swiftmodule" -c -o "$(FUZZ)/Platform.o" $$(find Sources/Platform -name "*.swift")
	$(FUZZ_SWIFTC) -sanitize=fuzzer,address -module-name Fuzz -I "$(FUZZ)" -I Sources/CSQLite -I Sources/CMD \
	    $$(find Sources/SQLLogicTest -name '*.swift') Benchmarks/Fuzz/Fuzz.swift \
	    "$(FUZZ)/CRE2.o" "$(FUZZ)/CPlatform.o" "$(FUZZ)/Platform.o" -o "$(FUZZ)/fuzz" -lsqlite3 -lmd -lre2 -lstdc++
	"$(FUZZ)/fuzz" -max_total_time=$(FUZZ_SECONDS) -max_len=4096 "-artifact_prefix=$(FUZZ)/" "$(FUZZ)/corpus" Tests/Scripts/rs

# The queue, the supervisor and the workers without a database: toy files that the probe runs itself.
PROBE = "$$($(SWIFT) build $(RELEASE) --show-bin-path)/fleet-probe"
SCRATCH := $(BUILD_TREE)/scratch

chaos: build ## 5,000 random kills of workers, supervisors, agents, clients and connections, and 400 in the windows of claims and results; SEED chooses others
	$(SWIFT) build $(SWIFT_FLAGS) $(RELEASE) --product fleet-probe
	@rm -rf "$(SCRATCH)"/chaos; $(PROBE) chaos "$(SCRATCH)"/chaos/fleet $${SEED:-1} 4000 && $(PROBE) window-chaos "$(SCRATCH)"/chaos/windows $${SEED:-1} 400 && $(PROBE) host-chaos "$(SCRATCH)"/chaos/host $${SEED:-1} 1000 "$(BIN)"; \
	result=$$?; [ $$result != 0 ] || rm -rf "$(SCRATCH)"/chaos; exit $$result

bench-fleet: build ## Claims, makespan beside GNU parallel, and what the fleet costs
	$(SWIFT) build $(SWIFT_FLAGS) $(RELEASE) --product fleet-probe
	@rm -rf "$(SCRATCH)"/fleet; $(PROBE) bench "$(SCRATCH)"/fleet; rm -rf "$(SCRATCH)"/fleet

bench-results: build ## The history made from 1,000,000 records, each verb on it, and each format of a report
	python3 Benchmarks/Results/bench.py "$(BIN)"/slt-remote

# CORPUS names a folder of SQLite's own files, which are reduced besides generated ones.
bench-cause: build ## Reductions of planted faults and their groups, bisects of generated repositories, and from a saved file to a verdict
	python3 Benchmarks/Cause/reduce.py "$(BIN)" $(CORPUS)
	python3 Benchmarks/Cause/reduce.py --groups "$(BIN)"
	[ -z "$(CORPUS)" ] || python3 Benchmarks/Cause/reduce.py --postgres "$(BIN)" $(CORPUS)
	python3 Benchmarks/Cause/bisect.py "$(BIN)"/slt-remote
	python3 Benchmarks/Cause/watch.py "$(BIN)"

# CORPUS names folders of files that are run in 2, 3 and 8 parts besides generated ones.
bench-parts: build ## A run with one long file, whole and in parts, and result lines of files in parts beside those of whole files
	python3 Benchmarks/Parts/bench.py "$(BIN)" $(CORPUS)

bench: bench-startup bench-sync bench-slt bench-fleet bench-results bench-cause bench-parts ## Every measurement

# TARGETS are made there in turn by FRESH_USER; FRESH_KEEP=--keep goes on with the clone of the last call. Needs root.
FRESH_TARGETS ?= demo test
FRESH_USER ?= root
fresh: PACKAGES += debootstrap
fresh: deps ## The README's commands in a bare Debian that has Swift and a clone of this repository, for maintainers
	unshare --mount --propagation private python3 Benchmarks/Fresh/fresh.py "$(BUILD_TREE)"/fresh "$(CURDIR)" "$$(command -v $(SWIFT))" \
	    --user $(FRESH_USER) $(FRESH_KEEP) $(FRESH_TARGETS)

clean: ## Removes all that was built
	rm -rf "$(BUILD_TREE)"
