import Memberlist
import MemberlistSettings

/// The flags that set a knob, as settings: they override a file and the environment, and `--set` before them.
enum AgentFlags {
    typealias Entry = (key: String, value: SettingValue, origin: String)

    static func source(_ command: AgentCommand) throws(ToolError) -> SettingsSource {
        var entries: [Entry] = []
        for text in command.set { entries.append(try assignment(text)) }
        return .values(try entries + addresses(command) + identity(command) + security(command))
    }

    /// `KEY=VALUE`.
    private static func assignment(_ text: String) throws(ToolError) -> Entry {
        guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
            throw .usage("--set: write KEY=VALUE, such as probe.interval=2s")
        }
        let key = String(text[..<sign])
        do {
            try SettingsSource.check(key, at: "--set")
        } catch {
            throw .settings(error.message)
        }
        return (key, .text(String(text[text.index(after: sign)...])), "--set")
    }

    private static func addresses(_ command: AgentCommand) throws(ToolError) -> [Entry] {
        var entries: [Entry] = []
        if let first = command.bind.first {
            guard command.bind.allSatisfy({ $0.port == first.port }) else {
                throw .usage("a member has one port at all its addresses: give each --bind the same")
            }
            entries.append(("bindHosts", .list(command.bind.map(\.host)), "--bind"))
            entries.append(("bindPort", text(first.port), "--bind"))
        }
        if let advertise = command.advertise {
            entries.append(("advertiseHost", .text(advertise.host), "--advertise"))
            entries.append(("advertisePort", text(advertise.port), "--advertise"))
        }
        return entries
    }

    private static func identity(_ command: AgentCommand) -> [Entry] {
        var entries: [Entry] = []
        func put(_ key: String, _ value: (some CustomStringConvertible)?, _ flag: String) {
            if let value { entries.append((key, .text(value.description), flag)) }
        }
        put("profile", command.profile?.rawValue, "--profile")
        put("name", command.name, "--name")
        put("meta", command.meta, "--meta")
        put("metaLimit", command.metaLimit, "--meta-limit")
        put("label", command.label, "--label")
        put("protocolVersion", command.gossipProtocol, "--protocol")
        if !command.acceptLabel.isEmpty {
            entries.append(("acceptedLabels", .list(command.acceptLabel), "--accept-label"))
        }
        if !command.dnsServer.isEmpty {
            entries.append(("dns.servers", .list(command.dnsServer), "--dns-server"))
        }
        let versions = command.delegateProtocol
        put("delegateVersions.minimum", versions?.minimum, "--delegate-protocol")
        put("delegateVersions.maximum", versions?.maximum, "--delegate-protocol")
        put("delegateVersions.current", versions?.current, "--delegate-protocol")
        return entries
    }

    private static func security(_ command: AgentCommand) -> [Entry] {
        let switches: [(Bool, Entry)] = [
            (command.noVerifyIncoming, ("verifiesIncoming", .text("false"), "--no-verify-incoming")),
            (command.noVerifyOutgoing, ("verifiesOutgoing", .text("false"), "--no-verify-outgoing")),
            (command.noCompression, ("compression", .text("false"), "--no-compression")),
            (
                command.acceptPaddedEncryption,
                ("acceptsPaddedEncryption", .text("true"), "--accept-padded-encryption")
            ),
        ]
        var entries = switches.filter(\.0).map(\.1)
        if let wire = command.wire { entries.append(("wire", .text(wire.rawValue), "--wire")) }
        return entries
    }

    private static func text(_ port: UInt16?) -> SettingValue {
        port.map { .text(String($0)) } ?? .null
    }
}
