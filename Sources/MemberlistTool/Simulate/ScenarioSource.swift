import MemberlistSimulator

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a scenario comes from: a name or a file, and what the arguments change in it.
struct ScenarioSource {
    private static let largestFile = 1 << 20
    private static let mostMinutes = 10_080.0
    private static let mostMilliseconds = 604_800_000.0

    private let command: SimulateCommand

    init(_ command: SimulateCommand) {
        self.command = command
    }

    func scenario() throws(ToolError) -> Scenario {
        var scenario = try Self.found(command.scenario ?? "calm")
        if let nodes = command.nodes { scenario.nodes = nodes }
        if let loss = command.loss { scenario.loss = loss }
        if let minutes = command.minutes {
            scenario.length = try Self.time(
                minutes,
                most: Self.mostMinutes,
                microseconds: 60_000_000,
                "--minutes"
            )
        }
        if let latency = command.latency {
            scenario.latency.shortest =
                try Self.time(latency, most: Self.mostMilliseconds, microseconds: 1_000, "--latency")
        }
        switch command.profile {
        case .lan: scenario.profile = .lan
        case .wan: scenario.profile = .wan
        case .local: scenario.profile = .local
        case nil: break
        }
        do {
            try scenario.validate()
        } catch {
            throw .usage("\(error)")
        }
        return scenario
    }

    private static func time(
        _ number: Double,
        most: Double,
        microseconds: Double,
        _ flag: String
    ) throws(ToolError) -> Duration {
        guard number >= 0, number <= most else {
            throw .usage("\(flag) takes a number from 0 to \(Int64(most))")
        }
        return .microseconds(Int64((number * microseconds).rounded()))
    }

    // MARK: Names and files

    private static func found(_ text: String) throws(ToolError) -> Scenario {
        if let scenario = Scenario.named(text) { return scenario }
        guard text.contains("/") || text.contains(".") || access(text, F_OK) == 0 else {
            let nearest =
                Scenario.nearest(to: text).map { ": did you mean '\($0.name)'?" } ?? "; --list names them"
            throw .usage("there is neither a scenario nor a file of the name '\(text)'\(nearest)")
        }
        let bytes = try bytes(of: text)
        do {
            return try Scenario(json: bytes)
        } catch {
            throw .file("\(text): \(error)")
        }
    }

    private static func bytes(of path: String) throws(ToolError) -> [UInt8] {
        func failure() -> ToolError { .file("cannot read \(path): \(String(cString: strerror(errno)))") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count > 0 {
                bytes += buffer[..<count]
            } else if errno != EINTR {
                throw failure()
            }
            guard bytes.count <= largestFile else {
                throw .file("\(path) is larger than \(largestFile) bytes: that is no scenario")
            }
        }
    }

    // MARK: Again

    /// The command that runs the same again, with its log.
    func replay(seed: UInt64) -> String {
        var words = ["memberlist", "simulate", Self.quoted(command.scenario ?? "calm")]
        func add(_ flag: String, _ value: String?) {
            if let value { words += [flag, value] }
        }
        add("--nodes", command.nodes.map { "\($0)" })
        add("--minutes", command.minutes.map { "\($0)" })
        add("--loss", command.loss.map { "\($0)" })
        add("--latency", command.latency.map { "\($0)" })
        add("--profile", command.profile?.rawValue)
        add("--seed", "\(seed)")
        return (words + ["--log"]).joined(separator: " ")
    }

    /// As a shell takes it for one word.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."),
                UInt8(ascii: "/"):
                true
            default: false
            }
        }
        return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
