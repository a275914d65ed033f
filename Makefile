# The front door. Each of these does its own set-up.
#   make run     build, and run three agents that find each other, lose one and leave
#   make test    every check and every test
#   make format  lay the sources out anew        make lint  only say what is not laid out
#   make simulate SEEDS=N [FROM=M]    run N seeds of the simulator's swarm on all cores
#   make bench   measure everything beside HashiCorp's memberlist, in one run; thirteen minutes on an idle machine
#   make fuzz [SECONDS=60] [TARGET=NAME]    look for inputs that break a rule, so long in each fuzz target, or in one
#   make docs    the library's documentation     make peers fetch the programs that the interop tests talk to

.PHONY: run test bench simulate fuzz format lint docs peers

SEEDS ?= 500
FROM ?= 1
SECONDS ?= 60

run:
	@Scripts/demo

test:
	@Scripts/test

bench:
	@Scripts/bench

simulate:
	@Scripts/simulate --seeds $(SEEDS) --from $(FROM)

fuzz:
	@Scripts/fuzz $(SECONDS) $(TARGET)

format:
	@swift format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks

lint:
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests Benchmarks

docs:
	@Scripts/docs

peers:
	@Tests/Peers/fetch
