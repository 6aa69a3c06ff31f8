# Targets that use the modules below tools/; the Makefile includes this file.
TOOL  := go tool -modfile=tools/go.mod
PAGE  ?= https://umbrella-docs.info/api-reference/endpoint/qesOnboarding_createSessionLink.md
BASE  ?= $(shell git describe --tags --abbrev=0 --match 'v*' 2>/dev/null || echo HEAD)

.PHONY: generate check-generated spec-guard spec-sync spec-report regenerate regenerate-pr \
	actionlint vuln test-tools test-specchange release

generate:
	go generate ./...

check-generated:
	tools/regenerate/check-generated.sh

# FIX=1 appends the missing names to overlay.yaml.
spec-guard:
	@go run -C tools ./specguard $(if $(FIX),-fix)

# Built, because go run turns "cannot tell" (2) into "different" (1).
spec-sync:
	go build -C tools -o ../bin/specsync ./specsync
	bin/specsync -page "$(PAGE)" -spec openapi.yaml -overlay overlay.yaml -write || [ $$? -eq 1 ]

spec-report:
	@go run -C tools ./specreport -base "$(BASE)"

regenerate:
	tools/regenerate/regenerate.sh

regenerate-pr:
	tools/regenerate/regenerate.sh publish

actionlint:
	$(TOOL) actionlint

vuln:
	$(TOOL) govulncheck ./...

test-tools:
	go test -C tools ./...

test-specchange:
	go test -C tests/specchange -count=1 -timeout 45m ./...

# Sets the version of all modules, checks, and says what is left to do: VERSION=0.2.0.
release:
	@go run -C tools ./release -root .. -version "$(VERSION)"
