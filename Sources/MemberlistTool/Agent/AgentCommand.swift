import ArgumentParser
import Logging
import Memberlist
import MemberlistSettings

/// `memberlist agent`.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Run a member of a cluster, and print what it sees.",
        discussion: AgentHelp.discussion
    )

    @Option(
        help: ArgumentHelp(
            "Read the member's settings from this file, JSON or YAML. Variables MEMBERLIST_... override it, and "
                + "flags override those. 'memberlist config example' prints one with every setting.",
            valueName: "file"
        )
    )
    var config: String?

    @Option(
        help: ArgumentHelp(
            "Set one of these settings, such as probe.interval=2s; may be given again.",
            valueName: "key=value"
        )
    )
    var set: [String] = []

    @Flag(help: "Print the settings that the file, the variables and the flags make, as YAML, and end.")
    var printConfig = false

    @Option(help: ArgumentHelp("The member's name, like no other's in the cluster.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp(
            "Listen there, with UDP and TCP; port 0 takes any. An IPv6 address stands in brackets: [::1]:7946. "
                + "May be given again, with the same port: the others are told the first, unless --advertise "
                + "says otherwise.",
            valueName: "host:port"
        ),
        transform: AgentArguments.bind
    )
    var bind: [AddressText] = []

    @Option(
        help: ArgumentHelp(
            "Tell the others this address instead of the one that is bound, behind a translation of addresses "
                + "say; a wrong one is a member that all find dead.",
            valueName: "host[:port]"
        ),
        transform: AgentArguments.advertise
    )
    var advertise: AddressText?

    @Option(
        help: ArgumentHelp(
            "Join the cluster of this member; may be given again. Tried anew, with growing pauses, until one "
                + "answers, and again when it is gone. A host name stands for all its addresses; "
                + "_memberlist._tcp.example.org and srv+NAME for the hosts and ports of SRV records; NAME/ before an "
                + "address says who is expected there. Without a port the one of --bind is meant, or 7946 where that "
                + "is 0.",
            valueName: "address"
        ),
        transform: AgentArguments.join
    )
    var join: [String] = []

    @Option(
        help: ArgumentHelp(
            "The same for a name whose addresses change, such as a Kubernetes headless service: it is looked up "
                + "again and again, about every ten seconds; may be given again.",
            valueName: "address"
        ),
        transform: AgentArguments.join
    )
    var discover: [String] = []

    @Option(
        help: ArgumentHelp(
            "A file of such addresses, one a line or as a JSON array; it is watched, and may be given again.",
            valueName: "file"
        )
    )
    var discoverFile: [String] = []

    @Option(
        help: ArgumentHelp(
            "Ask this name server instead of the system's; may be given again.",
            valueName: "address[:port]"
        )
    )
    var dnsServer: [String] = []

    @Option(
        help: ArgumentHelp(
            "The cluster's label; members with another one are strangers. It costs its bytes in each datagram and is "
                + "no secret.",
            valueName: "text"
        )
    )
    var label: String?

    @Option(
        help: ArgumentHelp(
            "Read another label too; may be given again, and empty means none. For the time in which a cluster "
                + "moves from one label to another.",
            valueName: "text"
        )
    )
    var acceptLabel: [String] = []

    @Option(
        help: ArgumentHelp(
            "The cluster's key. Every user of this machine can read it in the list of processes: prefer "
                + "--keyring, or the environment variable \(AgentKey.variable).",
            valueName: "base64"
        )
    )
    var encrypt: String?

    @Option(
        help: ArgumentHelp(
            "A file with the cluster's keys, that its owner alone can read: a JSON array of base64 keys, the "
                + "first one primary.",
            valueName: "file"
        )
    )
    var keyring: String?

    @Flag(
        name: .customLong("no-verify-incoming"),
        help: """
            Read plaintext too, which anybody can forge. For the time in which a cluster moves to encryption, or \
            from it.
            """
    )
    var noVerifyIncoming = false

    @Flag(
        name: .customLong("no-verify-outgoing"),
        help: "Send plaintext although there is a key: anybody can read it. For the same time."
    )
    var noVerifyOutgoing = false

    @Option(
        help: """
            Timing for a network of this kind: wan bears slow links and loss, and finds failures later; local is fast \
            and impatient.
            """
    )
    var profile: Profile?

    @Option(
        help: ArgumentHelp(
            "What the others are told about this member, --meta-limit bytes at most; every member keeps each byte.",
            valueName: "text"
        )
    )
    var meta: String?

    @Option(
        help: ArgumentHelp(
            "The most that is believed of any member's meta: more memory that each can cost all others. All "
                + "members must agree; HashiCorp's have 512.",
            valueName: "bytes"
        )
    )
    var metaLimit: Int?

    @Option(
        name: .customLong("delegate-protocol"),
        help: ArgumentHelp(
            "The application's protocol versions; who speaks one that not all understand is not let in. Serf's "
                + "clusters need 2:5:5.",
            valueName: "min:max:current"
        ),
        transform: AgentArguments.delegateProtocol
    )
    var delegateProtocol: DelegateProtocol?

    @Option(
        name: .customLong("protocol"),
        help: ArgumentHelp(
            "The gossip protocol to speak, 1 to 5, 2 as a rule; all must understand it. 1, for members that know "
                + "no other, has a weaker encryption.",
            valueName: "version"
        ),
        transform: AgentArguments.gossipProtocol
    )
    var gossipProtocol: UInt8?

    @Flag(
        help:
            "Accept encryption version 0, which members under protocol 1 speak: one format more from strangers."
    )
    var acceptPaddedEncryption = false

    @Option(
        help: ArgumentHelp(
            """
            automatic: the native dialect towards members that understand it, HashiCorp's towards all others. \
            hashicorp: that one alone, which protects less. native: that one alone, and whoever speaks another is refused.
            """,
            valueName: "dialect"
        ),
        transform: AgentArguments.wire
    )
    var wire: WirePolicy?

    @Flag(
        name: .customLong("no-compression"),
        help: "Send nothing compressed: some microseconds saved, more and larger datagrams."
    )
    var noCompression = false

    @Option(
        help: ArgumentHelp("Print the members every so many seconds.", valueName: "seconds"),
        transform: AgentArguments.seconds
    )
    var printMembers: Duration?

    @Option(
        help: ArgumentHelp(
            "How much is logged to standard error: trace, debug, info, notice, warning, error or critical.",
            valueName: "level"
        ),
        transform: AgentArguments.logLevel
    )
    var logLevel: Logger.Level = .info

    @Option(help: "How events are written to standard output.")
    var format: EventPrinter.Format = .text

    @Flag(help: "Read commands from standard input, one JSON object a line.")
    var commands = false

    func run() async throws {
        let plan = try AgentPlan(self, environment: AgentKey.environment())
        guard !printConfig else {
            return try StandardStream.output.write(
                line: String(SettingsExample(plan.configuration).yaml.dropLast())
            )
        }
        let level = logLevel
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        try await Agent(plan: plan, logger: Logger(label: "memberlist")).run()
    }
}

/// The presets of timing.
enum Profile: String, Sendable, CaseIterable, ExpressibleByArgument {
    case lan, wan, local
}

extension EventPrinter.Format: ExpressibleByArgument {}
