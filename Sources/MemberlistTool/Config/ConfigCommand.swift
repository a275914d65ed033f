import ArgumentParser
import Memberlist
import MemberlistSettings

/// `memberlist config`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print an example of an agent's settings, or check a file of them.",
        discussion: """
            A file of settings is JSON or YAML; 'memberlist agent --config FILE' reads it. Variables override it: \
            MEMBERLIST_PROBE_INTERVAL=2s is probe.interval. Flags override those.
            """,
        subcommands: [ConfigExampleCommand.self, ConfigCheckCommand.self]
    )

    func run() throws {
        throw ToolError.usage("say what to do: 'example' prints every setting, 'check' reads a file")
    }
}

/// `memberlist config example`.
struct ConfigExampleCommand: ParsableCommand {
    enum Format: String, Sendable, CaseIterable, ExpressibleByArgument {
        case yaml, json
    }

    static let configuration = CommandConfiguration(
        commandName: "example",
        abstract: "Print every setting with its default and what it does."
    )

    @Option(help: "Defaults for a network of this kind.")
    var profile: Profile = .lan

    @Option(help: "YAML with a line on each setting, or JSON without.")
    var format: Format = .yaml

    func run() throws {
        let preset = SettingsPreset(rawValue: profile.rawValue) ?? .lan
        let example = SettingsExample(preset.configuration(name: "node-1"))
        let text =
            switch format {
            case .yaml: example.yaml + Self.joins
            case .json: example.json
            }
        try StandardStream.output.write(text)
    }

    /// What only the agent reads.
    private static let joins = """

        # Members to join, tried anew until one answers. The agent's alone, and not a setting of the library.
        join: []

        """
}

/// `memberlist config check`.
struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether a file of settings can be used, and where not, why.",
        discussion: "Neither variables nor flags are looked at. A name may be missing: --name can give it."
    )

    @Argument(help: "JSON or YAML.")
    var file: String

    func run() throws {
        do throws(SettingsError) {
            let source = try SettingsSource.file(file, others: AgentSettings.ownKeys)
            _ = try MemberlistConfiguration(sources: [source], name: "node-1")
        } catch {
            // All that can be wrong here is in the file.
            throw error.code == .fileUnreadable ? ToolError(error) : ToolError.file(error.message)
        }
        try StandardStream.output.write(line: "\(file): these settings can be used")
    }
}
