internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// What happened, in lines for people: `00:00:12.345678 node-3 declared node-7 failed (incarnation 2)`.
///
/// ```swift
/// HistoryLog { print($0) }.follow(simulation)
/// ```
///
/// One seed gives one log. It is used from the task that runs the simulation.
public final class HistoryLog {
    private let isVerbose: Bool
    private let write: (String) -> Void
    /// Who listens at an address, or listened there last.
    private var names: [Endpoint: NodeName] = [:]

    /// A log that follows nothing yet.
    ///
    /// - Parameters:
    ///   - verbose: Whether frames are told of too: those sent, taken, refused and lost.
    ///   - write: Gets each line, without its end.
    public init(verbose: Bool = false, write: @escaping (String) -> Void) {
        isVerbose = verbose
        self.write = write
    }

    /// Writes what happens in a simulation from now on.
    public func follow(_ simulation: Simulation) {
        if isVerbose { simulation.world.showsFrames = true }
        for host in simulation.world.hosts { names[host.endpoint] = host.name }
        simulation.observe { self.observe($0) }
    }

    /// Writes one thing that happened, where it is to be told.
    public func observe(_ observation: Observation) {
        let name = NodeName.numbered(observation.node)
        if case .process(.launched(let endpoint)) = observation.kind { names[endpoint] = name }
        guard let words = words(observation.kind) else { return }
        let why = observation.evidence.map { ": \($0)" } ?? ""
        let who = observation.node < 0 ? "the network" : "\(name)"
        write("\(observation.time.clockText) \(who)\(words)\(why)".printable)
    }

    /// What stands behind the name; nil for what is not told.
    private func words(_ kind: Observation.Kind) -> String? {
        switch kind {
        case .process(let change): " " + Self.words(change)
        case .member(let member, let change):
            " \(Self.words(change, of: member)) (incarnation \(member.incarnation))"
        case .conflict(let existing, let claimed):
            " sees two of the name \(existing.name): at \(existing.endpoint) and at \(claimed.endpoint)"
        case .heard, .accused, .rejoining: nil
        case .message(let bytes, let sender): " got \(Self.text(bytes)) from \(name(sender))"
        case .health(let score): " has health score \(score)"
        case .strangerAnswered(let bytes): " gave a stranger an answer of \(bytes) bytes"
        case .notice(let notice): ": \(NoticeText.words(notice))"
        case .fault(let fault): ": \(fault)"
        case .sent(let frame): isVerbose ? " sent \(Self.text(frame)) to \(name(frame.peer))" : nil
        case .answered: nil
        case .accepted(let frame): isVerbose ? " took \(Self.text(frame)) from \(name(frame.peer))" : nil
        case .refused(let frame, let reason):
            isVerbose ? " refused \(Self.text(frame)) from \(name(frame.peer)): \(reason)" : nil
        case .lost(let frame): isVerbose ? " lost \(Self.text(frame)) to \(name(frame.peer))" : nil
        }
    }

    private func name(_ endpoint: Endpoint) -> String {
        names[endpoint]?.description ?? endpoint.description
    }

    private static func words(_ change: ProcessChange) -> String {
        switch change {
        case .launched(let endpoint): "starts at \(endpoint)"
        case .crashed: "crashes"
        case .paused: "stands still"
        case .resumed: "goes on"
        case .blocked: "is slow: its messages are held"
        case .unblocked: "is slow no more: its messages flow"
        case .leaving: "leaves"
        case .ended: "ends"
        case .joining: "asks to join"
        case .clock(let drift): "has a clock that gains \(drift) parts per million"
        }
    }

    private static func words(_ change: BeliefChange, of member: Member) -> String {
        switch change {
        case .joined: "knows \(member.name)"
        case .updated: "learnt new metadata of \(member.name)"
        case .refreshed: "renewed what it knows of \(member.name)"
        case .suspected: "suspects \(member.name)"
        case .recovered: "trusts \(member.name) again"
        case .failed: "declared \(member.name) failed"
        case .left: "learnt that \(member.name) left"
        case .reaped: "forgot \(member.name)"
        }
    }

    private static func text(_ frame: Frame) -> String {
        "\(frame.isStream ? "a stream" : "a datagram") of \(frame.bytes.count) bytes"
    }

    private static func text(_ bytes: [UInt8]) -> String {
        guard bytes.count <= 64, let text = String(validating: bytes, as: UTF8.self) else {
            return "\(bytes.count) bytes"
        }
        return "\"\(text)\""
    }
}

/// A notice's name as words: `probeFailed(node-7)` is `probe failed: node-7`.
enum NoticeText {
    static func words(_ notice: String) -> String {
        let head = notice.prefix { $0 != "(" }
        guard !head.contains(" ") else { return notice }
        var words = ""
        for letter in head { words += letter.isUppercase ? " \(letter.lowercased())" : "\(letter)" }
        guard head.endIndex < notice.endIndex, notice.hasSuffix(")") else { return words }
        let rest = notice[head.endIndex...].dropFirst().dropLast()
        return "\(words): \(rest.replacing(": ", with: " "))"
    }
}
