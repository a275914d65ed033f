internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// Frames of somebody who does not hold the cluster's keys, or recorded what went by.
public enum HostileFrame: String, Sendable, Hashable, CaseIterable {
    /// A recorded datagram with some bits flipped.
    case flipped
    /// A recorded datagram that ends too soon.
    case truncated
    /// A recorded datagram, as it was.
    case replayed
    /// A well-made message under another cluster's label.
    case otherLabel
    /// A well-made message sealed with another key.
    case otherKey
    /// Random bytes.
    case random
    /// Sealed with the cluster's own key, and nothing that a sound member sends.
    case insider
    /// Any of these, over a stream.
    case stream
}

/// What went over the wire of late, for somebody to use again.
struct Attacker {
    private var datagrams: [[UInt8]] = []
    private var streams: [[UInt8]] = []
    private var seen = 0
    /// Nothing is recorded where nothing will be injected.
    var isListening = false

    /// Keeps one datagram in sixteen, up to 64.
    mutating func record(_ bytes: [UInt8], _ random: inout ProtocolRandom) {
        guard isListening else { return }
        seen += 1
        guard seen % 16 == 1 || datagrams.count < 8 else { return }
        Self.keep(bytes, in: &datagrams, &random)
    }

    mutating func recordStream(_ bytes: [UInt8], _ random: inout ProtocolRandom) {
        guard isListening, !bytes.isEmpty else { return }
        Self.keep(bytes, in: &streams, &random)
    }

    private static func keep(_ bytes: [UInt8], in list: inout [[UInt8]], _ random: inout ProtocolRandom) {
        if list.count < 64 { list.append(bytes) } else { list[random.below(64)] = bytes }
    }

    func datagram(_ random: inout ProtocolRandom) -> [UInt8]? {
        datagrams.isEmpty ? nil : datagrams[random.below(datagrams.count)]
    }

    func stream(_ random: inout ProtocolRandom) -> [UInt8]? {
        streams.isEmpty ? nil : streams[random.below(streams.count)]
    }
}

extension World {
    /// Sends a hostile frame to a node, from an address that may be a member's.
    func inject(_ kind: HostileFrame, to target: Host) {
        guard kind != .stream else { return injectStream(to: target) }
        guard let bytes = hostileBytes(kind, about: target) else { return }
        let source = spoofedSource()
        let place = network.depart(InFlight(bytes: bytes, source: source, sender: -1, receiver: target.index))
        events.plan(.datagram(place), at: now.advanced(byNanoseconds: 100_000))
    }

    private func spoofedSource() -> Endpoint {
        let choice = random.below(hosts.count + 1)
        if choice < hosts.count { return hosts[choice].endpoint }
        return Endpoint(address: IPAddress(ipv4: 0xC000_0201), port: 4_242)
    }

    private func hostileBytes(_ kind: HostileFrame, about target: Host) -> [UInt8]? {
        switch kind {
        case .flipped:
            guard var bytes = attacker.datagram(&random), !bytes.isEmpty else { return nil }
            for _ in 0...random.below(3) {
                bytes[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            }
            coverage.meet(.injectedFlipped)
            return bytes
        case .truncated:
            guard let bytes = attacker.datagram(&random), !bytes.isEmpty else { return nil }
            coverage.meet(.injectedTruncated)
            return Array(bytes.prefix(random.below(bytes.count)))
        case .replayed:
            guard let bytes = attacker.datagram(&random) else { return nil }
            coverage.meet(.injectedReplay)
            return bytes
        case .otherLabel:
            coverage.meet(.injectedOtherLabel)
            return forged(label: "another cluster", about: target, keyed: !target.keys.isEmpty)
        case .otherKey:
            coverage.meet(.injectedOtherKey)
            return forged(label: target.configuration.label, about: target, keyed: true)
        case .random:
            coverage.meet(.injectedRandom)
            return (0..<random.below(1_500)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        case .insider:
            coverage.meet(.injectedInsider)
            return insane(about: target)
        case .stream: return nil
        }
    }

    /// A death notice that would end a member, were it believed. Sealed with a key that no node holds.
    private func forged(label: String, about target: Host, keyed: Bool) -> [UInt8]? {
        let victim = hosts[random.below(hosts.count)]
        var plain: [UInt8] = []
        Message.dead(Dead(incarnation: 1_000, node: victim.name, from: target.name)).encode(into: &plain)
        guard let label = try? Label(label) else { return nil }
        var sealer = DatagramSealer(
            label: label,
            keyring: keyed ? strangersKeyring() : nil,
            compression: true,
            padded: false
        )
        var sealed: [UInt8] = []
        try? sealer.seal(plain, for: Receiver(name: nil, takesChecksum: true), into: &sealed)
        return sealed
    }

    /// What a member that went mad would send: numbers that nobody can have reached, addresses of three bytes,
    /// layers where they have no place, nothing, and much more than a datagram may hold.
    private func insane(about target: Host) -> [UInt8]? {
        let victim = hosts[random.below(hosts.count)]
        var plain: [UInt8] = []
        switch random.below(7) {
        case 0:
            let dead = Dead(incarnation: .max - 1, node: victim.name, from: target.name)
            Message.dead(dead).encode(into: &plain)
        case 1:
            let suspect = Suspect(incarnation: 1 << 31, node: victim.name, from: target.name)
            Message.suspect(suspect).encode(into: &plain)
        case 2:
            let alive = Alive(
                incarnation: 1,
                node: victim.name,
                address: WireBytes([1, 2, 3]),
                port: 7_946,
                meta: .null,
                versions: WireBytes([1, 5, 2, 0, 0, 0])
            )
            Message.alive(alive).encode(into: &plain)
        case 3: break
        case 4: plain = [MessageType.compound.rawValue, 1, 0, 2, MessageType.compound.rawValue, 0]
        case 5: plain = Self.bomb
        default:
            CompressMessage.writePrefix(bodyCount: 8, into: &plain)
            plain += (0..<8).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        let keys = target.keys
        var source = ProtocolRandom(seed: random.next())
        let nonce = (0..<4_096).map { _ in UInt8(truncatingIfNeeded: source.next()) }
        let keyring = try? Keyring(keys) { buffer in
            for index in buffer.indices { buffer[index] = nonce[index % nonce.count] }
        }
        var sealer = DatagramSealer(
            label: target.label,
            keyring: keyring,
            compression: false,
            padded: false
        )
        var sealed: [UInt8] = []
        // Nothing at all stands there alone, without even a checksum.
        try? sealer.seal(plain, for: Receiver(name: nil, takesChecksum: !plain.isEmpty), into: &sealed)
        return sealed
    }

    /// A small datagram that inflates to more than anybody may hold.
    private static let bomb: [UInt8] = {
        let zeros = [UInt8](repeating: 0, count: 2 * Limits.datagramBody)
        var compressor = LZWCompressor()
        var body: [UInt8] = []
        compressor.compress(zeros.span.bytes, into: &body)
        var bytes: [UInt8] = []
        CompressMessage.writePrefix(bodyCount: body.count, into: &bytes)
        return bytes + body
    }()

    private func strangersKeyring() -> Keyring? {
        let seed = random.next()
        guard let key = try? SecretKey(bytes: [UInt8](repeating: UInt8(truncatingIfNeeded: seed), count: 32))
        else { return nil }
        return try? Keyring([key]) { buffer in
            for index in buffer.indices { buffer[index] = UInt8(truncatingIfNeeded: seed >> 8) }
        }
    }

    /// Somebody opens a stream and says something that he may not.
    private func injectStream(to target: Host) {
        guard let process = target.process else { return }
        coverage.meet(.injectedStream)
        var bytes: [UInt8]
        let choice = random.below(4)
        var isReplay = choice == 0
        switch choice {
        case 0: bytes = attacker.stream(&random) ?? []
        case 1:
            bytes = attacker.stream(&random) ?? []
            guard !bytes.isEmpty else { break }
            let place = random.below(bytes.count)
            bytes[place] ^= 1 << UInt8(random.below(8))
            // The tag of HashiCorp's frames does not cover their version: where both are taken it is a replay.
            isReplay = place == target.label.headerCount + 5
        case 2: bytes = forged(label: target.configuration.label, about: target, keyed: true) ?? []
        default: bytes = (0..<random.below(3_000)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        }
        let stream = SimulatedStream(
            purpose: .hostile,
            dialer: -1,
            dialerLaunch: 0,
            source: spoofedSource(),
            destination: target.endpoint,
            request: bytes,
            requestOpener: process.layers.streamOpener(.inbound),
            replyOpener: process.layers.streamOpener(.reply(to: nil))
        )
        stream.isReplay = isReplay
        open(stream, until: now.advanced(byNanoseconds: 12_000_000_000))
    }
}
