import Configuration
import MemberlistWire

/// What the agent is to do: the arguments, checked, and the environment.
struct AgentPlan: Sendable {
    let name: String
    let bind: HostPort
    let advertise: HostPort?
    let joins: [HostPort]
    let discover: HostPort?
    let label: String
    let keyring: Keyring?
    let profile: Profile
    let meta: [UInt8]
    let delegateProtocol: DelegateProtocol?
    let gossipProtocol: UInt8
    let acceptsPaddedEncryption: Bool
    let compression: Bool
    let printMembers: Duration?
    let format: EventPrinter.Format
    let readsCommands: Bool

    init(_ command: AgentCommand, environment: ConfigReader) throws(ToolError) {
        guard !command.name.isEmpty, command.name.utf8.count <= AgentArguments.longestName else {
            throw .usage("--name must have 1 to \(AgentArguments.longestName) bytes")
        }
        guard command.label?.isEmpty != true, (command.label ?? "").utf8.count <= AgentArguments.longestLabel else {
            throw .usage("--label must have 1 to \(AgentArguments.longestLabel) bytes")
        }
        let meta = Array((command.meta ?? "").utf8)
        guard meta.count <= AgentArguments.longestMeta else {
            throw .usage("--meta has \(meta.count) bytes: \(AgentArguments.longestMeta) is the most")
        }
        name = command.name
        bind = command.bind
        advertise = command.advertise
        joins = command.join
        discover = command.discover
        label = command.label ?? ""
        keyring = try AgentKey.keyring(
            encrypt: command.encrypt, file: command.keyring, environment: environment)
        profile = command.profile
        self.meta = meta
        delegateProtocol = command.delegateProtocol
        gossipProtocol = command.gossipProtocol
        acceptsPaddedEncryption = command.acceptPaddedEncryption
        compression = !command.noCompression
        printMembers = command.printMembers
        format = command.format
        readsCommands = command.commands
    }

    /// The port that is meant where an address has none: HashiCorp's, unless this node has chosen another.
    var defaultPort: UInt16 {
        guard let port = bind.port, port != 0 else { return Self.customaryPort }
        return port
    }

    private static let customaryPort: UInt16 = 7946
}
