import ArgumentParser

/// `memberlist`: what stands before the subcommands.
struct RootCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memberlist",
        abstract: "Gossip membership that speaks with HashiCorp's memberlist, Serf and Alertmanager.",
        discussion: """
            Exit codes: 0 all went well, 1 the machine does not let it happen (a port that is taken, a file \
            that others can read) or a simulation broke a rule, 2 the arguments or the settings make no \
            sense, 64 a file of settings or of a scenario cannot be used.
            """,
        version: "0.1.0",
        subcommands: [
            AgentCommand.self, ConfigCommand.self, KeygenCommand.self, KeyringCommand.self,
            SimulateCommand.self,
        ]
    )

    /// What can be done, for who asked for nothing of it.
    static let choice =
        "say what to do: 'agent' runs a member, 'config' prints its settings, 'keygen' makes keys, 'keyring' "
        + "changes them, 'simulate' tries a cluster in virtual time"

    func run() async throws { throw ToolError.usage(Self.choice) }
}
