internal import MemberlistWire

/// Keys are rotated without a gap, and in the end every node holds the newest alone.
///
/// While every key that somebody seals with is on every ring, nobody refuses for want of a key what another has just
/// sent. This holds for those frames that arrive as they were sent: a forger's have no key that anybody holds.
public final class KeyJudge: SimulationJudge {
    /// The rule's name.
    public let name = "keys change without a gap"
    /// It looks at frames.
    public let watchesFrames = true

    /// Frames that were sent lately, by their nonces; those of two spans, the younger first.
    private var sent: (young: [ArraySlice<UInt8>: [UInt8]], old: [ArraySlice<UInt8>: [UInt8]]) = ([:], [:])
    private var spanEnds = Duration.zero
    private static let span = Duration.seconds(2)

    /// A judge for one simulation.
    public init() {}

    /// Remembers each sealed frame for a while, and asks why one is refused.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard state.rotation.newest != nil else { return nil }
        forget(at: observation.time)
        switch observation.kind {
        case .sent(let frame):
            if let nonce = SealedFrame.nonce(in: frame) {
                sent.young[nonce] = frame.bytes
            }
            return nil
        case .refused(let frame, let reason):
            return gap(frame, reason, at: observation.node, in: state)
        default: return nil
        }
    }

    private func forget(at time: Duration) {
        guard time >= spanEnds else { return }
        sent = (young: [:], old: time < spanEnds + Self.span ? sent.young : [:])
        spanEnds = time + Self.span
    }

    private func gap(_ frame: Frame, _ reason: String, at node: Int, in state: SimulationState) -> String? {
        guard state.rotation.isInOrder, state.encrypts(node),
            let start = SealedFrame.start(in: frame),
            Self.wantsKey(reason, version: frame.bytes[start]),
            let nonce = SealedFrame.nonce(in: frame),
            let original = sent.young[nonce] ?? sent.old[nonce], original == frame.bytes
        else { return nil }
        return "\(state.name(of: node)) refused what was sealed as it should be: \(reason)"
    }

    /// A native frame names its key, and is rightly not authentic to whom it was not sent. HashiCorp's name
    /// none: no key opened them.
    private static func wantsKey(_ reason: String, version: UInt8) -> Bool {
        reason.hasPrefix(SealedFrame.native ~= version ? "unknownKey" : "authenticationFailed")
    }

    /// Asks every node for its keys, in memory and on disk.
    public func conclude(_ state: SimulationState) -> String? {
        guard let newest = state.rotation.newest else { return nil }
        for node in 0..<state.nodeCount {
            let file = state.fileKeyIDs(of: node)
            let held = state.isRunning(node) ? state.keyIDs(of: node) : file
            guard file != [newest] || held != [newest] else { continue }
            let holds = held == [newest] ? "has a file of" : "holds"
            return "\(state.name(of: node)) \(holds) other keys than the newest alone"
        }
        return nil
    }
}
