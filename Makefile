# Everything a user runs. `make help` lists the targets.
MVN ?= mvn -B -q
# Where real models and photographs are, if they are at hand.
DATA ?= ../shared/data
BUILT := generator/target/p2vit.classpath

.PHONY: help tools flow-tools build demo test test-large bench format clean

help:
	@echo "make demo        quantize, generate and verify the shipped MNIST ViT (build/demo/)"
	@echo "make test        all fast tests"
	@echo "make test-large  also whole CIFAR-10 and ViT-Tiny images in RTL; needs the real models"
	@echo "make bench       measure the tables of docs/benchmarks.md (an hour)"
	@echo "make build       compile; afterwards ./p2vit works"
	@echo "make format      format Java and Scala sources"
	@echo "make clean       remove all build output"

tools:
	@verif/scripts/install-tools.sh

flow-tools:
	@verif/scripts/install-tools.sh --flows

build: tools $(BUILT)

$(BUILT): $(shell find pom.xml */pom.xml */src/main -type f 2>/dev/null)
	@echo "Building p2vit (the first time, Maven downloads its libraries: some minutes)"
	@$(MVN) package -DskipTests
	@touch $@

demo: build
	@./p2vit demo --out build/demo

test: flow-tools
	@echo "Testing p2vit (the first time, Maven downloads its libraries: some minutes)"
	@mvn -B verify

test-large: flow-tools
	@mvn -B verify -Dp2vit.excludedGroups=

bench: build
	@./p2vit bench $(if $(wildcard $(DATA)/vit-tiny-p16-224.onnx),--data $(DATA))

format:
	@$(MVN) spotless:apply

clean:
	@$(MVN) clean
	@rm -rf build
