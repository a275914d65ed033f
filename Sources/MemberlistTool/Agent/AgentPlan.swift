import Configuration
import Memberlist

/// What the agent is to do: the arguments, checked, and the environment.
struct AgentPlan: Sendable {
    /// The first is what the others are told.
    let binds: [AddressText]
    let printMembers: Duration?
    let format: EventPrinter.Format
    let readsCommands: Bool
    let configuration: MemberlistConfiguration

    init(_ command: AgentCommand, environment: ConfigReader) throws(ToolError) {
        binds = command.bind
        guard let first = binds.first, binds.allSatisfy({ $0.port == first.port }) else {
            throw .usage("a member has one port at all its addresses: give each --bind the same")
        }
        printMembers = command.printMembers
        format = command.format
        readsCommands = command.commands
        let keyring = try AgentKey.keyring(
            encrypt: command.encrypt,
            file: command.keyring,
            environment: environment
        )
        var configuration = Self.configuration(command, keyring: keyring)
        configuration.keyringFile = command.keyring.map { KeyringFile(path: $0) }
        do {
            try configuration.validate()
        } catch {
            throw .usage(error.message)
        }
        self.configuration = configuration
    }

    /// Where it listens, for a person.
    var listening: String { binds.map(\.description).joined(separator: " and ") }

    private static func sources(_ command: AgentCommand) -> [any MemberDiscovery] {
        var sources: [any MemberDiscovery] = []
        if !command.join.isEmpty { sources.append(StaticDiscovery(command.join)) }
        // Each on its own: what one name is slow to answer holds up no other.
        for name in command.discover { sources.append(StaticDiscovery([name])) }
        for path in command.discoverFile { sources.append(FileDiscovery(path: path)) }
        return sources
    }

    private static func configuration(_ command: AgentCommand, keyring: Keyring?) -> MemberlistConfiguration {
        var configuration = command.profile.configuration(name: NodeName(command.name))
        configuration.bindHosts = command.bind.map(\.host)
        configuration.bindPort = Int(command.bind.first?.port ?? 0)
        configuration.advertiseHost = command.advertise?.host
        configuration.advertisePort = command.advertise?.port.map { Int($0) }
        configuration.meta = Array((command.meta ?? "").utf8)
        configuration.metaLimit = command.metaLimit
        configuration.label = command.label ?? ""
        configuration.acceptedLabels = command.acceptLabel
        configuration.verifiesIncoming = !command.noVerifyIncoming
        configuration.verifiesOutgoing = !command.noVerifyOutgoing
        configuration.keyring = keyring
        configuration.dns.servers = command.dnsServer
        configuration.discovery.sources = sources(command)
        configuration.compression = !command.noCompression
        configuration.wire = command.wire
        configuration.protocolVersion = command.gossipProtocol
        configuration.acceptsPaddedEncryption = command.acceptPaddedEncryption
        if let versions = command.delegateProtocol {
            configuration.delegateVersions = .init(
                minimum: versions.minimum,
                maximum: versions.maximum,
                current: versions.current
            )
        }
        return configuration
    }
}

extension Profile {
    fileprivate func configuration(name: NodeName) -> MemberlistConfiguration {
        switch self {
        case .lan: .lan(name: name)
        case .wan: .wan(name: name)
        case .local: .local(name: name)
        }
    }
}
