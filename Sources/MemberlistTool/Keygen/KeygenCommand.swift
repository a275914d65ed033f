import ArgumentParser
import Memberlist

/// `memberlist keygen`.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make keys for a cluster.",
        discussion: """
            Writes base64 to standard output, one key a line. With --output it writes a keyring file instead: \
            a JSON array, the first key primary, readable by its owner alone, and never over an existing file.
            """
    )

    @Option(help: "Bytes of a key: 16, 24 or 32.", transform: Self.bytes)
    var bytes = 32

    @Option(help: "How many keys, 1 to \(Self.mostKeys).", transform: Self.count)
    var count = 1

    @Option(help: ArgumentHelp("Write a keyring file of mode 0600 there.", valueName: "file"))
    var output: String?

    func run() throws {
        let keys = try (0..<count).map { _ in try SecretKey.random(bytes: bytes) }
        guard let output else {
            return try print(keys)
        }
        guard !output.isEmpty else { throw ToolError.usage("--output needs the name of a file") }
        do {
            try KeyringFile(path: output).create(keys)
        } catch {
            throw ToolError.environment("\(error)")
        }
        let what =
            count == 1
            ? "one key of \(bytes) bytes" : "\(count) keys of \(bytes) bytes, the first one primary,"
        try? StandardStream.error.write(line: "wrote \(what) to \(output), mode 0600")
    }

    private func print(_ keys: [SecretKey]) throws {
        var text = try SecretBuffer(capacity: keys.reduce(1) { $0 + $1.base64Count + 1 })
        for key in keys {
            key.appendBase64(to: &text)
            text.append("\n")
        }
        do {
            try text.withUnsafeBytes { try StandardStream.output.write($0.bytes) }
        } catch {
            throw ToolError.environment("cannot write the keys to standard output: \(error)")
        }
    }

    private static let mostKeys = 1_000

    static func bytes(_ text: String) throws -> Int {
        guard let bytes = Int(text), [16, 24, 32].contains(bytes) else {
            throw ToolError.usage("a key has 16, 24 or 32 bytes")
        }
        return bytes
    }

    private static func count(_ text: String) throws -> Int {
        guard let count = Int(text), (1...mostKeys).contains(count) else {
            throw ToolError.usage("1 to \(mostKeys) keys can be made at once")
        }
        return count
    }
}
