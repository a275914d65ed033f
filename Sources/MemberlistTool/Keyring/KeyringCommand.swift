import ArgumentParser
import Memberlist

/// `memberlist keyring`.
struct KeyringCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keyring",
        abstract: "Look at the keys of a keyring file, and change them.",
        discussion: """
            Keys are named by their id, 16 hexadecimal digits; no command shows one. The first key of a file is \
            the primary: it seals, all of them open. The file is Serf's and Consul's: a JSON array of base64.

            Changing the key of a running cluster, with no message lost:
              1. on every member, add the new key:    memberlist keyring add FILE <key
              2. then on every member, use it:        memberlist keyring use FILE ID
              3. then on every member, remove the old: memberlist keyring remove FILE ID
            After each step let the running agent read its file again: kill -HUP PID. A step begins when the one \
            before it is done everywhere.
            """,
        subcommands: [
            KeyringListCommand.self, KeyringAddCommand.self, KeyringUseCommand.self,
            KeyringRemoveCommand.self,
            KeyringRotateCommand.self,
        ]
    )

    func run() throws {
        throw ToolError.usage("say what to do with the keyring file: list, add, use, remove or rotate")
    }

    /// What the file refuses is the environment's, in one line.
    static func attempt<Result>(_ body: () throws -> Result) throws(ToolError) -> Result {
        do {
            return try body()
        } catch {
            throw .environment("\(error)")
        }
    }

    static func id(_ text: String) throws(ToolError) -> KeyID {
        guard let id = KeyID(text) else {
            throw .usage("a key's id has 16 hexadecimal digits; 'memberlist keyring list FILE' shows them")
        }
        return id
    }

    static func say(_ line: String) {
        try? StandardStream.error.write(line: line)
    }

    static let fileHelp = ArgumentHelp("The keyring file, of mode 0600.", valueName: "file")
}

/// `memberlist keyring use`.
struct KeyringUseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Make a key the primary, which seals.",
        discussion: "Only when every member has the key: the others could not open what this one sends."
    )

    @Argument(help: KeyringCommand.fileHelp)
    var file: String

    @Argument(help: "The key's id.", transform: KeyringCommand.id)
    var id: KeyID

    func run() throws {
        try KeyringCommand.attempt { _ = try KeyringFile(path: file).use(id) }
        KeyringCommand.say("\(id) is the primary key of \(file)")
    }
}

/// `memberlist keyring remove`.
struct KeyringRemoveCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a key.",
        discussion: """
            Only when no member uses it any more: what they send could not be opened. The primary key cannot be \
            removed, nor the last one.
            """
    )

    @Argument(help: KeyringCommand.fileHelp)
    var file: String

    @Argument(help: "The key's id.", transform: KeyringCommand.id)
    var id: KeyID

    func run() throws {
        try KeyringCommand.attempt { _ = try KeyringFile(path: file).remove(id) }
        KeyringCommand.say("removed \(id) from \(file)")
    }
}
