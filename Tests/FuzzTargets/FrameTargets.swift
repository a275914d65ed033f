import FixtureSupport
import MemberlistWire

extension FuzzTarget {
    /// HashiCorp's frames: sealed, changed as the input says, and opened.
    static let frameHashicorp = FuzzTarget("frame-hashicorp", longestInput: 512, seeds: FrameSeeds.all) {
        bytes in
        var input = FuzzInput(bytes)
        let ring = try FrameKeys.ring(leading: input.below(3))
        let padded = input.bool()
        let changes = FrameChange.list(from: &input)
        let (label, other) = (Array("label".utf8), Array("labels".utf8))
        let plain = Array(input.rest)
        let sealed = try ring.sealed(plain, padded: padded, label: label)
        try require(sealed.count <= plain.count + Keyring.overhead(padded: padded), "larger than said")
        func open(_ frame: [UInt8], _ label: [UInt8]) -> Outcome<[UInt8], WireError> {
            Outcome { () throws(WireError) in try ring.opened(frame, acceptsPadded: true, label: label) }
        }
        try require(open(sealed, label) == .value(plain), "it does not open to what was sealed")
        try require(open(sealed, other).value == nil, "it opens under another label")
        let changed = changes.reduce(sealed) { $1.apply(to: $0) }
        if changed == sealed { return }
        // The version is not authenticated: the same frame with or without its pad is all that may come of it.
        let isOtherVersion =
            changed.first.map { $0 <= 1 } == true && changed.dropFirst() == sealed.dropFirst()
        if let opened = open(changed, label).value {
            try require(isOtherVersion, "a changed frame opens")
            let isPrefix = opened.starts(with: plain) || plain.starts(with: opened)
            try require(
                isPrefix && abs(opened.count - plain.count) <= 16,
                "a version changes more than a pad"
            )
        }
        try require(open(plain, label).value == nil, "it opens bytes that nobody sealed")
    }

    /// Native frames: the same, and each opens for its own receiver, label, kind and question alone.
    static let frameNative = FuzzTarget("frame-native", longestInput: 512, seeds: FrameSeeds.all) { bytes in
        var input = FuzzInput(bytes)
        let ring = try FrameKeys.ring(leading: input.below(3))
        let (sealing, opening) = (
            input.below(FrameKeys.bindings.count), input.below(FrameKeys.bindings.count)
        )
        let changes = FrameChange.list(from: &input)
        let plain = Array(input.rest)
        var sealed: [UInt8] = []
        var additional: [UInt8] = []
        try ring.sealNatively(
            plain.span.bytes,
            bound: FrameKeys.bindings[sealing],
            additional: &additional,
            into: &sealed
        )
        try require(sealed.count == plain.count + Keyring.nativeOverhead, "another size than said")
        func open(_ frame: [UInt8], _ binding: Int) -> Outcome<[UInt8], WireError> {
            Outcome { () throws(WireError) in
                var output: [UInt8] = []
                try ring.openNatively(
                    frame.span.bytes,
                    bound: FrameKeys.bindings[binding],
                    additional: &additional,
                    into: &output
                )
                return output
            }
        }
        try require(open(sealed, sealing) == .value(plain), "it does not open to what was sealed")
        if opening != sealing { try require(open(sealed, opening).value == nil, "it opens in another place") }
        let changed = changes.reduce(sealed) { $1.apply(to: $0) }
        if changed != sealed { try require(open(changed, sealing).value == nil, "a changed frame opens") }
        try require(open(plain, sealing).value == nil, "it opens bytes that nobody sealed")
    }
}

enum FrameKeys {
    private static let keys: [SecretKey] = [16, 24, 32].compactMap { size in
        try? SecretKey(bytes: (0..<UInt8(size)).map { $0 &* 7 &+ UInt8(size) })
    }
    private static let rings: [Keyring] = keys.indices.map { first in
        Keyring(primary: keys[first], others: keys)
    }

    /// A ring of a key of each size, that one being the primary.
    static func ring(leading first: Int) throws -> Keyring {
        guard rings.indices.contains(first) else { throw FuzzFailure(description: "no keys") }
        return rings[first]
    }

    /// Places that a native frame may be bound to, no two of them alike.
    static let bindings: [NativeBinding] = {
        let labels = [Label.none] + ["a", "b", "ab"].compactMap { try? Label($0) }
        let names: [NodeName] = ["a", "b", "ab"]
        let nonces = [0, 1].compactMap { NativeNonce(session: Array(repeating: 9, count: 16), counter: $0) }
        return labels.flatMap { label in
            names.flatMap { name in
                [.datagram(label: label, receiver: name), .request(label: label, receiver: name)]
                    + nonces.map { .reply(label: label, receiver: name, answers: $0) }
            }
        }
    }()
}

/// What happens to a frame on its way.
enum FrameChange {
    case flip(bit: Int)
    case set(place: Int, UInt8)
    case cut(count: Int)
    case append([UInt8])
    case remove(place: Int)

    /// Up to three.
    static func list(from input: inout FuzzInput) -> [FrameChange] {
        (0..<1 + input.below(3)).map { _ in
            let kind = input.below(5)
            let place = Int(input.byte()) << 8 | Int(input.byte())
            switch kind {
            case 0: return .flip(bit: place)
            case 1: return .set(place: place, input.byte())
            case 2: return .cut(count: place)
            case 3: return .append(input.bytes(place % 40))
            default: return .remove(place: place)
            }
        }
    }

    func apply(to frame: [UInt8]) -> [UInt8] {
        guard !frame.isEmpty else { return frame }
        var frame = frame
        switch self {
        case .flip(let bit): frame[bit / 8 % frame.count] ^= 1 << UInt8(bit % 8)
        case .set(let place, let byte): frame[place % frame.count] = byte
        case .cut(let count): frame.removeLast(count % (frame.count + 1))
        case .append(let bytes): frame += bytes
        case .remove(let place): frame.remove(at: place % frame.count)
        }
        return frame
    }
}

enum FrameSeeds {
    /// Recorded plaintexts behind each kind of change.
    static func all() throws -> [[UInt8]] {
        let plain = try FixtureLine.all("packets.jsonl").compactMap(\.inner).filter { $0.count < 400 }
        return plain.enumerated().map { index, bytes in
            let number = UInt8(truncatingIfNeeded: index)
            return [number % 3, number / 3 % 7, number % 11, 0, number % 5, 0, number] + bytes
        }
    }
}
