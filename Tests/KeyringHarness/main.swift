// What the tests of keyrings run in a process of its own, with one thread: see `Harness`.
do {
    try Harness.run(Array(CommandLine.arguments.dropFirst()))
} catch {
    print("error: \(error)")
}
