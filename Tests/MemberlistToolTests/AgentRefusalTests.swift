import Foundation
import ProcessSupport
import Testing

/// What the agent does not start with: one line that says what to do, an exit code, and nothing of a key.
@Suite struct AgentRefusalTests {
    private static let start = ["agent", "--name", "a", "--bind", "127.0.0.1:0"]
    /// The base64 of 19 bytes; no key, but what somebody took for one.
    private static let secret = "c2VjcmV0LWtleS1tYXRlcmlhbA=="

    private func expectRefusal(
        _ arguments: [String],
        code: Int32,
        environment: [String: String] = [:],
        says word: String,
        at place: SourceLocation = #_sourceLocation
    ) throws {
        let run = try ToolRun(arguments, environment: environment)
        #expect(run.code == code, "\(run.errors)", sourceLocation: place)
        #expect(run.output.isEmpty, sourceLocation: place)
        #expect(run.errorLines.count == 1, "\(run.errors)", sourceLocation: place)
        #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: place)
        for secret in [Self.secret, String(Self.secret.prefix(16)), "secret-key", "hunter2"] {
            #expect(!run.errors.contains(secret), "\(run.errors)", sourceLocation: place)
        }
    }

    @Test(arguments: [
        (["--encrypt", secret], "16, 24 or 32"), (["--encrypt", "hunter2"], "base64"),
        (["--encrypt", ""], "base64"),
        (["--encrypt=hunter2", "--keyring", "f"], "keep one"), (["-encrypt", secret], "Unknown option"),
        ([secret], "argument"), (["hunter2"], "argument"), (["--format", secret], "text"),
        (["--encrpyt=\(secret)"], "Did you mean"), (["--encrypt\(secret)"], "Unknown option"),
        (["-\(secret)"], "Unknown option"), (["--log-level", "key:\(secret) "], "debug"),
        (["--label=\(secret)", "--join", secret + ":x"], "neither"),
    ])
    func nothingOfAKeyIsSaidAgain(flags: [String], word: String) throws {
        try expectRefusal(Self.start + flags, code: 2, says: word)
    }

    @Test(arguments: [
        (["--join", "127.0.0.1:port"], "port"), (["--join", "127.0.0.1:0"], "port 0"),
        (["--join", ""], "HOST:PORT"),
        (["--advertise", "0.0.0.0:1"], "reach"), (["--advertise", "1.2.3.4.5"], "neither"),
        (["--discover", "a b"], "neither"), (["--delegate-protocol", "2:5"], "MIN:MAX:CURRENT"),
        (["--delegate-protocol", "5:2:3"], "between"), (["--delegate-protocol", "x"], "--delegate-protocol"),
        (["--protocol", "6"], "1 to 5"),
        (["--print-members", "0"], "seconds"), (["--print-members", "nan"], "seconds"),
        (["--log-level", "loud"], "debug"), (["--format", "xml"], "json"), (["--profile", "moon"], "wan"),
        (["--meta", String(repeating: "x", count: 513)], "512"), (["--no-such-flag"], "--no-such-flag"),
        (["--label", String(repeating: "x", count: 256)], "255"),
        (["--accept-label", String(repeating: "x", count: 256)], "255"),
        (["--meta-limit", "986"], "0 to 985"), (["--bind", "127.0.0.2:1"], "the same"),
    ])
    func flagsThatMakeNoSenseAreUsage(flags: [String], word: String) throws {
        try expectRefusal(Self.start + flags, code: 2, says: word)
    }

    @Test(arguments: [
        ("", "HOST:PORT"), ("nonsense", "port"), ("127.0.0.1", "port"), ("127.0.0.1:70000", "port"),
        ("999.999.999.999:1", "neither"), ("::1:7946", "brackets"),
    ])
    func anAddressThatDoesNotParseIsUsage(address: String, word: String) throws {
        try expectRefusal(["agent", "--name", "a", "--bind", address], code: 2, says: word)
    }

    @Test func aBindHostWithoutAddressIsTheEnvironments() throws {
        let start = ["agent", "--name", "a", "--bind", "no-such-host.invalid:0"]
        try expectRefusal(start, code: 1, says: "give --bind an address")
    }

    @Test func nameAndBindAreNeeded() throws {
        try expectRefusal(["agent", "--bind", "127.0.0.1:0"], code: 2, says: "--name")
        try expectRefusal(["agent", "--name", "a"], code: 2, says: "--bind")
        try expectRefusal(["agent", "--name", "", "--bind", "127.0.0.1:0"], code: 2, says: "name")
    }

    @Test(arguments: [
        ("", "unset"), (secret, "MEMBERLIST_ENCRYPT: the key has 19 bytes"), ("hunter2", "MEMBERLIST"),
    ])
    func aBadKeyInTheEnvironmentIsUsage(value: String, word: String) throws {
        try expectRefusal(Self.start, code: 2, environment: ["MEMBERLIST_ENCRYPT": value], says: word)
    }

    @Test(arguments: [
        (0o644, "[\"\(secret)\"]", "chmod 600"), (0o640, "[\"\(secret)\"]", "chmod 600"),
        (0o600, "[\"\(secret)\"]", "key 1 in"), (0o600, secret, "JSON array"), (0o600, "[]", "no key"),
        (0o600, "{\"hunter2\":1}", "JSON array"), (0o600, "", "JSON array"),
    ])
    func aKeyringFileThatIsNoneIsTheEnvironments(mode: Int, text: String, word: String) throws {
        let folder = try Programs.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("keyring.json").path
        #expect(
            FileManager.default.createFile(
                atPath: file,
                contents: Data(text.utf8),
                attributes: [.posixPermissions: mode]
            )
        )
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        try expectRefusal(Self.start + ["--keyring", file], code: 1, says: word)
    }

    @Test func aKeyringFileThatIsNotThereIsTheEnvironments() throws {
        try expectRefusal(Self.start + ["--keyring", "/nonexistent"], code: 1, says: "keygen")
        try expectRefusal(Self.start + ["--keyring", "/"], code: 1, says: "regular file")
        try expectRefusal(Self.start + ["--keyring", "/dev/null"], code: 1, says: "regular file")
    }
}
