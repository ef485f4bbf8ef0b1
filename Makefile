# wismo: `make` alone prints the targets.
SHELL := /bin/sh
export CGO_ENABLED ?= 0
GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)

.DEFAULT_GOAL := help
.PHONY: help build run test race eval lint fuzz bench generate clean

help: ## print the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/wismo, a static binary
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o bin/wismo ./cmd/wismo

run: build ## start the demo: sample shop, local Twilio, SQLite; needs nothing else
	./bin/wismo demo

test: ## run every test; installs and starts what the tests need (PostgreSQL, Dovecot)
	$(GO) run ./cmd/internal/testenv -- $(GO) test -timeout 20m $(TESTFLAGS) ./...

race: ## run the tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) run ./cmd/internal/testenv --need gcc -- env CGO_ENABLED=1 $(GO) test -race -short -timeout 20m ./...

eval: ## measure how well customers are understood (needs ../shared/data)
	$(GO) run ./cmd/internal/eval

lint: ## gofumpt, go vet and staticcheck, at pinned versions
	@out="$$($(GO) run mvdan.cc/gofumpt@v0.12.0 -l cmd channels core stores helpdesk config)"; \
	  test -z "$$out" || { echo "gofumpt would change:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

FUZZTIME ?= 20s
fuzz: ## run each fuzz target for FUZZTIME
	@for target in $$(grep -rlE '^func Fuzz' --include='*_test.go' . ); do \
	  for name in $$(grep -oE '^func Fuzz[A-Za-z]+' $$target | cut -c6-); do \
	    echo "$$name in $$(dirname $$target)"; $(GO) test -run '^$$' -fuzz "^$$name$$" -fuzztime $(FUZZTIME) ./$$(dirname $$target) || exit 1; \
	  done; done

bench: build ## measure throughput and latency beside the floor of this machine
	$(GO) run ./cmd/internal/testenv --fsync --need mbsync:isync -- $(GO) run ./cmd/internal/bench $(BENCHFLAGS)

generate: ## regenerate the Shopify client and the recogniser's weights (needs ../shared)
	$(GO) generate ./...

clean: ## remove what was built
	rm -rf bin
