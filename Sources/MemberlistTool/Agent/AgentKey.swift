import Configuration
import Memberlist

/// Where the agent's keys come from: a flag, a keyring file, or the environment, in which a flag overrides
/// the environment.
enum AgentKey {
    /// The variable's name. What it holds is a secret, for swift-configuration too.
    static let variable = "MEMBERLIST_ENCRYPT"

    static func environment() -> ConfigReader {
        ConfigReader(provider: EnvironmentVariablesProvider(secretsSpecifier: .specific([variable])))
    }

    /// The keyring; nil where none is given, and the traffic is plain.
    static func keyring(
        encrypt: String?,
        file: String?,
        environment: ConfigReader
    ) throws(ToolError) -> Keyring? {
        switch (encrypt, file) {
        case (.some, .some):
            throw .usage("--encrypt and --keyring are both given: keep one, better --keyring")
        case (let text?, nil):
            return try keyring(text: text, from: "--encrypt")
        case (nil, let path?):
            return try keyring(file: path)
        case (nil, nil):
            guard let text = environment.string(forKey: "memberlist.encrypt", isSecret: true) else {
                return nil
            }
            guard !text.isEmpty else {
                throw .usage("\(variable) is empty: put a key into it, or unset it for plain traffic")
            }
            return try keyring(text: text, from: variable)
        }
    }

    private static func keyring(text: String, from source: String) throws(ToolError) -> Keyring {
        do {
            return Keyring(primary: try SecretKey(base64: text))
        } catch {
            throw .usage("\(source): \(error); make one with 'memberlist keygen'")
        }
    }

    /// The keys of a file.
    static func keyring(file path: String) throws(ToolError) -> Keyring {
        let keys: [SecretKey]
        do {
            keys = try KeyringFile(path: path).read()
        } catch {
            throw .environment("\(error)")
        }
        do {
            return try Keyring(keys)
        } catch {
            throw .environment("\(path): \(error)")
        }
    }
}
