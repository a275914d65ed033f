import Configuration
import Memberlist
import MemberlistSettings

/// The agent's settings: the file of `--config`, then variables, then flags; later wins.
struct AgentSettings {
    /// Keys of the file that are the agent's and no knobs.
    static let ownKeys = ["join"]
    /// Variables likewise.
    private static let ownVariables = ownKeys + ["encrypt", "config"]

    let configuration: MemberlistConfiguration
    /// Addresses to join that no flag named, and where they stand.
    let joins: (texts: [String], origin: String)?
    /// Whether anything says where to listen.
    let saysWhereToListen: Bool

    init(_ command: AgentCommand, environment: ConfigReader) throws(ToolError) {
        let flags = try AgentFlags.source(command)
        do {
            var sources: [SettingsSource] = []
            if let file = command.config ?? environment.string(forKey: "memberlist.config") {
                sources.append(try .file(file, others: Self.ownKeys))
            }
            sources.append(try .environment(others: Self.ownVariables))
            joins = try sources.reversed().firstList("join")
            sources.append(flags)
            // Whoever only looks at the settings need not have a name yet.
            var loaded = try LoadedSettings(
                sources,
                name: command.printConfig ? "node-1" : nil,
                preset: .lan
            )
            saysWhereToListen =
                loaded.origin(of: "bindHosts") != nil || loaded.origin(of: "bindPort") != nil
            try Self.addKeys(to: &loaded, command, environment)
            try loaded.validate()
            configuration = loaded.configuration
        } catch let error as SettingsError {
            throw ToolError(error)
        } catch let error as ToolError {
            throw error
        } catch {
            throw .settings("\(error)")
        }
    }

    /// A key given as such stands in the place of any keyring file that weighs less.
    private static func addKeys(
        to loaded: inout LoadedSettings,
        _ command: AgentCommand,
        _ environment: ConfigReader
    ) throws(ToolError) {
        let given = try AgentKey.keyring(
            encrypt: command.encrypt,
            file: command.keyring,
            environment: environment
        )
        if let path = command.keyring {
            loaded.configuration.keyringFile = KeyringFile(path: path)
        } else if given != nil {
            let isFromFlag = command.encrypt != nil
            if !isFromFlag, loaded.origin(of: "keyringFile") == "MEMBERLIST_KEYRING_FILE" {
                throw .usage("\(AgentKey.variable) and MEMBERLIST_KEYRING_FILE are both given: keep one")
            }
            loaded.configuration.keyringFile = nil
        }
        if let given {
            loaded.configuration.keyring = given
        } else if let file = loaded.configuration.keyringFile {
            loaded.configuration.keyring = try AgentKey.keyring(file: file.path)
        }
    }
}

extension ReversedCollection where Base == [SettingsSource] {
    fileprivate func firstList(_ key: String) throws(SettingsError) -> (texts: [String], origin: String)? {
        for source in self {
            if let list = try source.list(key) { return list }
        }
        return nil
    }
}

extension ToolError {
    init(_ error: SettingsError) {
        switch error.code {
        case .fileUnreadable: self = .environment(error.message)
        case .fileMalformed, .unknownKey: self = .file(error.message)
        case .nameMissing: self = .settings("\(error.message), or give --name")
        case .unknownVariable, .wrongValue, .refused: self = .settings(error.message)
        }
    }
}
