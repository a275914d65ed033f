import Logging
import Memberlist

/// `MIN:MAX:CURRENT`: the application's protocol versions.
struct DelegateProtocol: Hashable, Sendable {
    let minimum: UInt8
    let maximum: UInt8
    let current: UInt8

    init(parsing text: String) throws(ToolError) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { UInt8($0) }
        guard parts.count == 3, let minimum = parts[0], let maximum = parts[1], let current = parts[2] else {
            throw .usage("write MIN:MAX:CURRENT, three numbers from 0 to 255, such as 2:5:5")
        }
        guard minimum <= current, current <= maximum else {
            throw .usage("the current version must lie between the lowest and the highest one")
        }
        self.minimum = minimum
        self.maximum = maximum
        self.current = current
    }
}

/// What single arguments of the agent may be.
enum AgentArguments {
    private static let longestPause = 31_536_000.0

    static func bind(_ text: String) throws(AddressFault) -> AddressText {
        try AddressText(binding: text)
    }

    static func advertise(_ text: String) throws(AddressFault) -> AddressText {
        try AddressText(advertising: text)
    }

    /// The text itself, in which the library reads what it stands for.
    static func join(_ text: String) throws(AddressFault) -> String {
        _ = try JoinAddress(text)
        return text
    }

    static func delegateProtocol(_ text: String) throws(ToolError) -> DelegateProtocol {
        try DelegateProtocol(parsing: text)
    }

    static func gossipProtocol(_ text: String) throws(ToolError) -> UInt8 {
        guard let version = UInt8(text), 1...5 ~= version else {
            throw .usage("the gossip protocol is one of 1 to 5")
        }
        return version
    }

    static func seconds(_ text: String) throws(ToolError) -> Duration {
        guard let seconds = Double(text), (0.1...longestPause).contains(seconds) else {
            throw .usage("write a number of seconds, 0.1 at least")
        }
        return .milliseconds(Int64(seconds * 1_000))
    }

    static func wire(_ text: String) throws(ToolError) -> WirePolicy {
        guard let policy = WirePolicy(rawValue: text) else {
            throw .usage("it is one of \(WirePolicy.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return policy
    }

    static func logLevel(_ text: String) throws(ToolError) -> Logger.Level {
        guard let level = Logger.Level(rawValue: text == "warn" ? "warning" : text) else {
            throw .usage("it is one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return level
    }
}
