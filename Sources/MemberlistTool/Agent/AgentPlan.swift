import Configuration
import Memberlist

/// What the agent is to do: the arguments, checked, and the settings.
struct AgentPlan: Sendable {
    /// The port that is meant where none is said: HashiCorp's.
    private static let customaryPort: UInt16 = 7946

    /// The first is what the others are told.
    let binds: [HostPort]
    let joins: [HostPort]
    let discover: HostPort?
    let printMembers: Duration?
    let format: EventPrinter.Format
    let readsCommands: Bool
    let configuration: MemberlistConfiguration

    init(_ command: AgentCommand, environment: ConfigReader) throws(ToolError) {
        let settings = try AgentSettings(command, environment: environment)
        guard settings.saysWhereToListen || command.printConfig else {
            throw .usage(
                "say where to listen: give --bind, or bindHosts and bindPort in the file of --config"
            )
        }
        configuration = settings.configuration
        let port = UInt16(clamping: configuration.bindPort)
        binds = configuration.bindHosts.map { HostPort(host: $0, port: port) }
        joins = command.join.isEmpty ? try Self.joins(settings) : command.join
        discover = command.discover
        printMembers = command.printMembers
        format = command.format
        readsCommands = command.commands
    }

    /// Where it listens, for a person.
    var listening: String { binds.map(\.description).joined(separator: " and ") }

    /// The port that is meant where an address has none: HashiCorp's, unless this node has chosen another.
    var defaultPort: UInt16 {
        guard let port = binds.first?.port, port != 0 else { return Self.customaryPort }
        return port
    }

    private static func joins(_ settings: AgentSettings) throws(ToolError) -> [HostPort] {
        guard let (texts, origin) = settings.joins else { return [] }
        do {
            return try texts.map { try AgentArguments.join($0) }
        } catch {
            throw .settings("\(origin): an address of join does not parse: \(error)")
        }
    }
}
