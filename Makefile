# Thin wrappers over go commands; `make check` is what a change has to pass.

HAND = $(shell git ls-files -co --exclude-standard '*.go' | grep -v '\.gen\.go$$')
MODULES = $(patsubst %/go.mod,%,$(shell git ls-files -co --exclude-standard '*/go.mod' | grep -v -e /testdata/ -e oasdiff))

.PHONY: check test race lint fmt cover mutation fuzz bench soak test-differential test-proxies test-once test-batch test-examples test-browser test-consumer test-bench test-otel interop

check: test lint check-generated spec-guard

test:
	go test ./...

race:
	go test -race ./...

lint: actionlint
	go vet ./...
	go vet -tags interop ./tests/interop
	for dir in $(MODULES); do (cd $$dir && go vet ./...) || exit 1; done
	@unformatted=$$($(TOOL) gofumpt -l $(HAND)); test -z "$$unformatted" || { echo "not gofumpt-ed, run make fmt:"; echo "$$unformatted"; exit 1; }
	$(TOOL) staticcheck ./...

fmt:
	$(TOOL) gofumpt -w $(HAND)

# Statements of hand-written packages that a test of any package reaches.
COVERED = $(shell go list ./... | grep -v -e /tests/ -e /internal/server -e /internal/memhttp -e /api$$ | paste -sd,)
cover:
	@profile=$$(mktemp) && trap 'rm -f $$profile*' EXIT && \
	{ go test -coverpkg=$(COVERED) -coverprofile=$$profile ./... && \
	  go test -C tests/once -coverpkg=$$(go list ./once) -coverprofile=$$profile.once . -db=sqlite; \
	} >$$profile.log || { grep -v ^ok $$profile.log; exit 1; } && \
	go run -C tools ./coverage -min 95 $$profile $$profile.once

# Changes one operator after the other and runs the tests: hours. SAMPLE=100 SEED=1 tries so
# many of each package.
SAMPLE = 0
SEED = 1
mutation:
	go build -C tools -o ../bin/mutate ./mutate
	./bin/mutate -min 92 -sample $(SAMPLE) -seed $(SEED) -dir webhook 'go test -timeout 30s ./webhook'
	./bin/mutate -min 92 -sample $(SAMPLE) -seed $(SEED) -dir authprovider 'go test -timeout 30s ./authprovider' 'go test -timeout 2m . ./tests/faults'
	./bin/mutate -min 92 -sample $(SAMPLE) -seed $(SEED) -dir internal/renewal 'go test -timeout 30s ./internal/renewal ./authprovider' 'go test -timeout 2m . ./tests/faults'
	./bin/mutate -min 92 -sample $(SAMPLE) -seed $(SEED) -dir . 'go test -timeout 30s .' 'go test -timeout 2m ./tests/journey ./tests/contract ./tests/faults'
	./bin/mutate -min 92 -sample $(SAMPLE) -seed $(SEED) -dir once 'go test ./once' 'go test -C tests/once -timeout 1m -run "Ledger|Send|Resolve|Renew|Migrate|Cost" . -db=sqlite' 'go test -C tests/once -timeout 2m . -db=sqlite'

# A minute for each fuzz target.
fuzz:
	@for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
			echo "== $$pkg $$target"; go test -run '^$$' -fuzz "^$$target\$$" -fuzztime 60s $$pkg || exit 1; \
		done; \
	done

# 100,000 session links in one process: fails if the mock grows.
soak:
	go test -run '^$$' -bench BenchmarkCreateSessionLink -benchtime 100000x ./umbrellatest

test-differential:
	go test -count=1 -run Generated ./tests/differential -inputs 200000 -v

# Through nginx, Varnish and servers that restart, two minutes; writes
# tests/faults/PROXIES.md (TABLE= leaves it alone).
TABLE ?= -update
test-proxies:
	go test -C tests/proxies -count=1 -timeout 10m . $(TABLE)

test-consumer:
	go test -C tests/consumer -count=1 ./...

test-bench:
	go test -C tests/bench ./...

# On both Go versions, two minutes each; writes tests/bench/RESULTS.md and RESULTS-go1.27.md.
bench:
	go run -C tests/bench ./report
	GOTOOLCHAIN=go1.27.4 go run -C tests/bench ./report -out RESULTS-go1.27.md

test-otel:
	go test -C tests/otel ./...

# Needs PostgreSQL: apt-get install postgresql. Three minutes; writes tests/once/RESULTS.md
# with UPDATE=-update.
test-once: test-batch
	go test -C tests/once -count=1 -timeout 15m . -kills=1000 -keys=300 -rows=100000 -batch=5000 $(UPDATE)

test-batch:
	go test -C cmd/umbrella-batch -count=1 -timeout 5m .

test-examples:
	go test -C examples/service -count=1 -timeout 5m .

# Needs Chromium and npm: the mock's pages in a browser. Writes docs/wizard.png and
# docs/overview.png with UPDATE=-update.
test-browser: UPDATE =
test-browser:
	@command -v npm >/dev/null || { echo "npm is not on this machine: install it with apt-get install npm"; exit 1; }
	npm ci --no-audit --no-fund --prefix tests/browser
	go test -C tests/browser -count=1 -timeout 5m . $(UPDATE)

# Needs node: independent readers of the document against our client and mock.
interop:
	npm ci --prefix tests/interop
	go test -count=1 -tags interop ./tests/interop

include tools/tools.mk
