internal import MemberlistWire

/// No datagram is larger than the node was told to make them.
public final class DatagramSizeJudge: SimulationJudge {
    /// The rule's name.
    public let name = "datagrams keep their size"
    /// It looks at frames.
    public let watchesFrames = true

    /// A judge for one simulation.
    public init() {}

    /// Measures each datagram.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .sent(let frame) = observation.kind, !frame.isStream else { return nil }
        let limit = state.datagramSize(of: observation.node)
        guard frame.bytes.count > limit else { return nil }
        return "\(state.name(of: observation.node)) sent \(frame.bytes.count) bytes; \(limit) are allowed"
    }
}

/// No two sealed frames of a cluster have one nonce.
public final class NonceJudge: SimulationJudge {
    /// The rule's name.
    public let name = "no nonce twice"
    /// It looks at frames.
    public let watchesFrames = true
    private var seen = Set<ArraySlice<UInt8>>()

    /// A judge for one simulation.
    public init() {}

    /// Remembers the nonce of each sealed frame.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .sent(let frame) = observation.kind, state.encrypts(observation.node),
            let nonce = SealedFrame.nonce(in: frame)
        else { return nil }
        guard !seen.insert(nonce).inserted else { return nil }
        return "\(state.name(of: observation.node)) sealed with a nonce that was used before"
    }
}

/// Where there are keys, nothing leaves unsealed.
public final class PlaintextJudge: SimulationJudge {
    /// The rule's name.
    public let name = "nothing in plaintext"
    /// It looks at frames.
    public let watchesFrames = true

    /// A judge for one simulation.
    public init() {}

    /// Looks at the head of each frame, and for a piece of what it carries.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .sent(let frame) = observation.kind, state.encrypts(observation.node), !frame.bytes.isEmpty
        else { return nil }
        let sender = state.name(of: observation.node)
        guard let start = SealedFrame.start(in: frame) else {
            return "\(sender) sent a frame that is not sealed"
        }
        // Not in the head of the frame: the counter of a session's first frame is eight zeros.
        let head = SealedFrame.headCount(of: frame.bytes[start])
        guard Self.shows(frame.plaintext, in: frame.bytes[(start + head)...]) else { return nil }
        return "\(sender) sent a frame that shows what it carries"
    }

    /// Whether eight bytes from the middle stand in the frame as they are.
    private static func shows(_ plaintext: [UInt8], in sealed: ArraySlice<UInt8>) -> Bool {
        guard plaintext.count >= 16, sealed.count >= 8 else { return false }
        let middle = plaintext.count / 2 - 4
        let wanted = plaintext.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: middle, as: UInt64.self) }
        return sealed.withUnsafeBytes { bytes in
            (0...(bytes.count - 8)).contains { offset in
                bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self) == wanted
            }
        }
    }
}

/// No process takes one sealed frame twice, whoever sends it again.
public final class ReplayJudge: SimulationJudge {
    /// The rule's name.
    public let name = "no replay is accepted"
    /// It looks at frames.
    public let watchesFrames = true

    private struct Taken: Hashable {
        let node: Int
        let launch: Int
        let nonce: ArraySlice<UInt8>
    }

    private var taken: [Taken: Duration] = [:]

    /// A judge for one simulation.
    public init() {}

    /// Remembers each frame that was taken, for as long as a node must.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? {
        guard case .accepted(let frame) = observation.kind, state.refusesPlaintext(observation.node),
            let nonce = SealedFrame.nonce(in: frame)
        else { return nil }
        let launches = state.launches(of: observation.node)
        let key = Taken(node: observation.node, launch: launches, nonce: nonce)
        let before = taken.updateValue(observation.time, forKey: key)
        // Clocks run at different speeds: half of the ten minutes is what must hold on all of them.
        guard let before, observation.time - before < .seconds(300) else { return nil }
        return "\(state.name(of: observation.node)) took a frame that it had taken before"
    }
}

/// Where the encryption of a frame begins.
enum SealedFrame {
    private static let smallest = 29
    /// Encryption versions of the native suite, and the bytes in front of its ciphertext but for the first.
    static let native: ClosedRange<UInt8> = 0x20...0x21
    private static let nativeNonce = 32

    /// Bytes in front of the ciphertext of a frame of that version.
    static func headCount(of version: UInt8) -> Int { native ~= version ? 1 + nativeNonce : 13 }

    /// What the frame may share with no other: HashiCorp's nonce, or a native key identifier, session and counter.
    static func nonce(in frame: Frame) -> ArraySlice<UInt8>? {
        guard let start = start(in: frame) else { return nil }
        let count = native ~= frame.bytes[start] ? nativeNonce : 12
        return frame.bytes[(start + 1)...].prefix(count)
    }

    /// The place of the encryption's version byte; nil where the frame is not sealed.
    static func start(in frame: Frame) -> Int? {
        var start = 0
        // The frame's own label: while a cluster moves to another one, a node reads more than it sends.
        if frame.bytes.count > 1, frame.bytes[0] == MessageType.label.rawValue {
            start = 2 + Int(frame.bytes[1])
        }
        if frame.isStream {
            guard start < frame.bytes.count, frame.bytes[start] == MessageType.encrypt.rawValue else {
                return nil
            }
            start += 5
        }
        guard frame.bytes.count >= start + smallest else { return nil }
        let version = frame.bytes[start]
        return version <= 1 || native ~= version ? start : nil
    }
}
