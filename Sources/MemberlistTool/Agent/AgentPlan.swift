import Configuration
import Memberlist

/// What the agent is to do: the arguments, checked, and the settings.
struct AgentPlan: Sendable {
    /// The first is what the others are told.
    let binds: [AddressText]
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
        var configuration = settings.configuration
        let port = UInt16(clamping: configuration.bindPort)
        binds = configuration.bindHosts.map { AddressText(host: $0, port: port) }
        let joins = command.join.isEmpty ? try Self.joins(settings) : command.join
        configuration.discovery.sources = Self.sources(command, joins: joins)
        self.configuration = configuration
        printMembers = command.printMembers
        format = command.format
        readsCommands = command.commands
    }

    /// Where it listens, for a person.
    var listening: String { binds.map(\.description).joined(separator: " and ") }

    private static func sources(_ command: AgentCommand, joins: [String]) -> [any MemberDiscovery] {
        var sources: [any MemberDiscovery] = []
        if !joins.isEmpty { sources.append(StaticDiscovery(joins)) }
        // Each on its own: what one name is slow to answer holds up no other.
        for name in command.discover { sources.append(StaticDiscovery([name])) }
        for path in command.discoverFile { sources.append(FileDiscovery(path: path)) }
        return sources
    }

    private static func joins(_ settings: AgentSettings) throws(ToolError) -> [String] {
        guard let (texts, origin) = settings.joins else { return [] }
        do {
            return try texts.map { try AgentArguments.join($0) }
        } catch {
            throw .settings("\(origin): an address of join does not parse: \(error)")
        }
    }
}
