import FixtureSupport
import Memberlist
import MemberlistCore
import MemberlistWire

extension FuzzTarget {
    /// A configuration of any values: it is refused with a word on what to set, or a node can run with it.
    static let configuration = FuzzTarget(
        "configuration",
        longestInput: 256,
        seeds: ConfigurationSeeds.all
    ) { bytes in
        var input = FuzzInput(bytes)
        let configuration = ConfigurationDraw.draw(from: &input)
        let checked = Outcome { () throws(ConfigurationError) in
            try configuration.validate()
            return true
        }
        if case .refused(let error) = checked {
            try require(
                error.message.contains("set") || error.message.contains("limit"),
                "no word on what to set"
            )
            return
        }
        let layers = try LayerSettings(configuration)
        guard let address = IPAddress("10.0.0.1") else { return }
        let core = configuration.protocolConfiguration(
            endpoint: Endpoint(address: address, port: 7946),
            layers: layers,
            asksAlive: false,
            asksMerge: false
        )
        try checkSizes(configuration, layers, core)
        try run(core, seed: UInt64(input.byte()))
        checkAddress(Array(input.rest))
    }

    /// No compression makes it smaller.
    private static let noise: [UInt8] = {
        var random = SeededRandom(seed: 1)
        return (0..<Limits.datagramBody).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }()

    /// Datagrams of every kind keep their size, and this node's own alive fits.
    private static func checkSizes(
        _ configuration: MemberlistConfiguration,
        _ layers: LayerSettings,
        _ core: ProtocolConfiguration
    ) throws {
        let size = configuration.gossip.datagramSize
        try require(core.nameLimit >= configuration.name.bytes.count, "its own name is over the limit")
        let alive = configuration.name.bytes.count + configuration.meta.count + 7 + 100
        try require(core.broadcastLimit >= alive, "its own alive fits no datagram")
        let longest = layers.messageLimit(datagramSize: size)
        try require(longest == core.broadcastLimit - 1, "\(longest) bytes are promised to the application")
        let limits = [
            (core.payloadLimit, Receiver.unknown),
            (core.checksummedPayloadLimit, .init(name: "b", takesChecksum: true)),
            (
                core.nativePayloadLimit,
                .init(name: "b", takesChecksum: true, capabilities: layers.usableCapabilities)
            ),
        ]
        var sealer = layers.datagramSealer()
        var sealed: [UInt8] = []
        for (limit, receiver) in limits {
            if receiver.capabilities.contains(.encryption) != (limit == core.nativePayloadLimit) { continue }
            let payload = Array(noise.prefix(limit))
            try sealer.seal(payload, for: receiver, into: &sealed)
            try require(sealed.count <= size, "a datagram has \(sealed.count) bytes, \(size) are allowed")
        }
    }

    /// A node that runs for a while, with one member that says nothing.
    private static func run(_ configuration: ProtocolConfiguration, seed: UInt64) throws {
        var now = Instant(nanoseconds: 0)
        var node = GossipProtocol(configuration: configuration, seed: seed, at: now)
        var peer = Alive(incarnation: 1, node: "peer", port: 7946)
        peer.address = [10, 0, 0, 2]
        peer.versions = [1, 5, 2, 0, 0, 0]
        node.handle(.messageReceived(.alive(peer), from: configuration.endpoint), at: now)
        for _ in 0..<40 {
            while let directive = node.nextDirective() {
                guard case .sendDatagram(let datagram) = directive else { continue }
                try require(!datagram.payload.isEmpty, "an empty datagram")
            }
            guard let next = node.nextDeadline else { break }
            try require(next >= now, "a deadline that has passed")
            now = next
            node.advance(to: now)
            try require(node.nextDeadline.map { $0 > now } ?? true, "a timer that is due again at once")
        }
        try require(node.localMember.state == .alive, "a node declares itself dead")
    }

    /// Where somebody may be found, as people write it.
    private static func checkAddress(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? JoinAddress(text)
        _ = try? AddressText(binding: text)
    }
}

/// Values at the edges of what is allowed, and any others.
enum ConfigurationDraw {
    static func draw(from input: inout FuzzInput) -> MemberlistConfiguration {
        let name = NodeName(bytes: input.bytes(input.pick([1, 4, 255, 256, 0]))[...])
        var configuration = MemberlistConfiguration(name: name)
        configuration.label = String(decoding: input.bytes(input.pick([0, 5, 255])), as: UTF8.self)
        configuration.meta = input.bytes(input.pick([0, 3, 512, 513]))
        configuration.keyring = input.bool() ? FixtureCluster.keyring : nil
        configuration.wire = input.pick(WirePolicy.allCases)
        configuration.compression = input.bool()
        configuration.verifiesIncoming = !input.bool()
        configuration.verifiesOutgoing = !input.bool()
        configuration.acceptsPaddedEncryption = input.bool()
        configuration.protocolVersion = input.pick([2, 1, 5, 3, 4, 0, 6])
        configuration.delegateVersions = .init(
            minimum: input.byte(),
            maximum: input.byte(),
            current: input.byte()
        )
        configuration.bindPort = input.pick([7946, 0, 65_535, 65_536, -1])
        configuration.advertisePort = input.pick([nil, 1, 0, 65_535, .max])
        configuration.deadNodeReclaim = input.bool() ? duration(from: &input, usual: .seconds(30)) : nil
        configuration.probe.interval = duration(from: &input, usual: configuration.probe.interval)
        configuration.probe.timeout = duration(from: &input, usual: configuration.probe.timeout)
        configuration.probe.indirectChecks = count(from: &input, usual: configuration.probe.indirectChecks)
        configuration.probe.streamFallback = input.bool()
        configuration.probe.healthMultiplier = count(
            from: &input,
            usual: configuration.probe.healthMultiplier
        )
        configuration.suspicion.multiplier = count(from: &input, usual: configuration.suspicion.multiplier)
        configuration.suspicion.maximumMultiplier = count(
            from: &input,
            usual: configuration.suspicion.maximumMultiplier
        )
        configuration.gossip.interval = duration(from: &input, usual: configuration.gossip.interval)
        configuration.gossip.nodes = count(from: &input, usual: configuration.gossip.nodes)
        configuration.gossip.toTheDead = duration(from: &input, usual: configuration.gossip.toTheDead)
        configuration.gossip.retransmitMultiplier = count(
            from: &input,
            usual: configuration.gossip.retransmitMultiplier
        )
        configuration.gossip.pushPullInterval = duration(
            from: &input,
            usual: configuration.gossip.pushPullInterval
        )
        configuration.gossip.datagramSize = input.pick([1_400, 1_200, 1_199, 65_507, 65_508, 0, .min])
        configuration.streams.timeout = duration(from: &input, usual: configuration.streams.timeout)
        configuration.streams.maximumInbound = count(
            from: &input,
            usual: configuration.streams.maximumInbound
        )
        return configuration
    }

    private static func duration(from input: inout FuzzInput, usual: Duration) -> Duration {
        switch input.below(8) {
        case 0: usual
        case 1: .milliseconds(1)
        case 2: .zero
        case 3: .nanoseconds(Int64(input.byte()))
        case 4: .seconds(365 * 24 * 3600)
        case 5: .seconds(Int64.max)
        case 6: .milliseconds(-Int64(input.byte()))
        default: .milliseconds(Int64(input.number()))
        }
    }

    private static func count(from input: inout FuzzInput, usual: Int) -> Int {
        switch input.below(9) {
        case 0: usual
        case 1: 1
        case 2: 64
        case 3: 65
        case 4: 1_000
        case 5: .max
        case 6: .min
        case 7: 0
        default: Int(input.byte())
        }
    }
}

enum ConfigurationSeeds {
    /// No fixture has configurations: the usual one, and it with one choice made otherwise.
    static func all() throws -> [[UInt8]] {
        let usual = [UInt8](repeating: 0, count: 40) + Array("10.0.0.1:7946".utf8)
        let others = (0..<40).flatMap { place in
            [UInt8(1), 3].map { choice in
                var bytes = usual
                bytes[place] = choice
                return bytes
            }
        }
        return [usual] + others
    }
}
