import ArgumentParser
import Memberlist

/// `memberlist keyring add`.
struct KeyringAddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a key, which opens; the primary stays.",
        discussion: """
            The key is read as base64 from standard input, or from the file that --from names, which its owner \
            alone may read. Not from an argument: every user of this machine can read those. Prints the key's id.
            """
    )

    @Argument(help: KeyringCommand.fileHelp)
    var file: String

    @Option(
        help: ArgumentHelp(
            "Read the key from this file, of mode 0600, instead of standard input.",
            valueName: "file"
        )
    )
    var from: String?

    func run() throws {
        try KeyringCommand.attempt {
            let key = try readKey()
            let keyring = KeyringFile(path: file)
            var isNew = false
            try keyring.update { keys in
                isNew = !keys.contains(key)
                keys.add(key)
            }
            try StandardStream.output.write(line: "\(key.id)")
            KeyringCommand.say(isNew ? "added \(key.id) to \(file)" : "\(file) has had \(key.id) before")
        }
    }

    private func readKey() throws -> SecretKey {
        if let from { return try KeyringFile.readKey(path: from) }
        return try SilentTerminal.reading("The key, as base64: ") { descriptor in
            try KeyringFile.readKey(descriptor: descriptor, name: "standard input")
        }
    }
}

/// `memberlist keyring rotate`.
struct KeyringRotateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate",
        abstract: "Add a new key to the file.",
        discussion: """
            Prints the new key's id. It is made here and is in this file alone: bring it to the files of the other \
            members before any of them uses it. With --promote it becomes the primary at once, which is right for \
            a cluster that is not running, or whose members share this one file and are then told to read it.
            """
    )

    @Argument(help: KeyringCommand.fileHelp)
    var file: String

    @Flag(help: "Make the new key the primary.")
    var promote = false

    @Option(help: "Bytes of the key: 16, 24 or 32.", transform: KeygenCommand.bytes)
    var bytes = 32

    func run() throws {
        try KeyringCommand.attempt {
            let key = try SecretKey.random(bytes: bytes)
            try KeyringFile(path: file).rotate(to: key, promote: promote)
            try StandardStream.output.write(line: "\(key.id)")
            KeyringCommand.say("added \(key.id) to \(file)\(promote ? " as its primary key" : "")")
        }
    }
}
