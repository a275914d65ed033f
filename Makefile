# The front door. Each of these does its own set-up.
#   make run     build, and run three agents that find each other, lose one and leave
#   make test    every check and every test
#   make format  lay the sources out anew        make lint  only say what is not laid out
#   make docs    the library's documentation     make peers fetch the programs that the interop tests talk to

.PHONY: run test format lint docs peers

run:
	@Scripts/demo

test:
	@Scripts/test

format:
	@swift format --in-place --recursive --parallel Package.swift Sources Tests

lint:
	@swift format lint --strict --recursive --parallel Package.swift Sources Tests

docs:
	@Scripts/docs

peers:
	@Tests/Peers/fetch
