import Memberlist
import MemberlistCore
import MemberlistWire
import Testing

@Suite struct ConfigurationTests {
    /// HashiCorp's `DefaultLANConfig`, `DefaultWANConfig` and `DefaultLocalConfig` of memberlist 0.5, durations in
    /// milliseconds.
    private static let hashicorp: [(name: String, values: [Int])] = [
        ("lan", [10_000, 3, 4, 4, 6, 30_000, 500, 1_000, 8, 3, 200, 30_000, 1_024, 1_400, 30_000, 7_946, 2]),
        (
            "wan",
            [30_000, 3, 4, 6, 6, 60_000, 3_000, 5_000, 8, 4, 500, 60_000, 1_024, 1_400, 30_000, 7_946, 2]
        ),
        (
            "local",
            [1_000, 1, 2, 3, 6, 15_000, 200, 1_000, 8, 3, 100, 15_000, 1_024, 1_400, 30_000, 7_946, 2]
        ),
    ]

    private func values(_ preset: MemberlistConfiguration) -> [Int] {
        func milliseconds(_ duration: Duration) -> Int { Int(duration / .milliseconds(1)) }
        return [
            milliseconds(preset.streams.timeout), preset.probe.indirectChecks,
            preset.gossip.retransmitMultiplier,
            preset.suspicion.multiplier, preset.suspicion.maximumMultiplier,
            milliseconds(preset.gossip.pushPullInterval), milliseconds(preset.probe.timeout),
            milliseconds(preset.probe.interval), preset.probe.healthMultiplier, preset.gossip.nodes,
            milliseconds(preset.gossip.interval), milliseconds(preset.gossip.toTheDead), preset.hookQueue,
            preset.gossip.datagramSize, milliseconds(preset.metrics.queueCheckInterval), preset.bindPort,
            Int(preset.protocolVersion),
        ]
    }

    @Test func thePresetsHaveHashiCorpsValues() throws {
        let presets: [String: MemberlistConfiguration] = [
            "lan": .lan(name: "a"), "wan": .wan(name: "a"), "local": .local(name: "a"),
        ]
        for (name, wanted) in Self.hashicorp {
            let preset = try #require(presets[name])
            #expect(values(preset) == wanted, "\(name)")
            try preset.validate()
            #expect(preset.bindHost == "0.0.0.0" && preset.advertiseHost == nil && preset.label.isEmpty)
            #expect(preset.probe.streamFallback && preset.probe.streamFallbackExcept.isEmpty)
            #expect(preset.verifiesIncoming && preset.verifiesOutgoing && preset.compression)
            #expect(preset.keyring == nil && preset.keyringFile == nil && preset.meta.isEmpty)
            #expect(
                preset.allowedNetworks == nil && !preset.requiresNodeNames && preset.deadNodeReclaim == nil
            )
            #expect(preset.metrics.labels.isEmpty && preset.delegateVersions == .init())
        }
    }

    @Test func theCoreIsTold() throws {
        var configuration = MemberlistConfiguration.lan(name: "a")
        configuration.probe.streamFallbackExcept = ["b"]
        configuration.allowedNetworks = [try #require(IPNetwork("10.0.0.0/8"))]
        let core = configuration.protocolConfiguration(
            endpoint: Endpoint(address: try #require(IPAddress("10.0.0.1")), port: 7946),
            layers: try LayerSettings(configuration),
            asksAlive: false,
            asksMerge: false
        )
        #expect(core.streamFallbackExcept == ["b"])
        #expect(core.allowedNetworks == configuration.allowedNetworks)
    }

    @Test func aLabelNeedsAName() {
        var configuration = MemberlistConfiguration.lan(name: "a")
        configuration.metrics.labels = ["": "x"]
        #expect(throws: ConfigurationError.self) { try configuration.validate() }
    }

    /// A datagram is as large as it may be, to the byte, jumbo frames included.
    @Test(arguments: [1_200, 1_400, 9_000, 65_507], [false, true])
    func theDatagramSizeIsExact(size: Int, encrypted: Bool) throws {
        var configuration = MemberlistConfiguration.lan(name: "a")
        configuration.gossip.datagramSize = size
        configuration.compression = false
        configuration.label = "jumbo"
        configuration.wire = .hashicorp
        if encrypted { configuration.keyring = Keyring(primary: try SecretKey.random()) }
        try configuration.validate()
        let layers = try LayerSettings(configuration)
        let core = configuration.protocolConfiguration(
            endpoint: Endpoint(address: try #require(IPAddress("10.0.0.1")), port: 7946),
            layers: layers,
            asksAlive: false,
            asksMerge: false
        )
        var sealer = layers.datagramSealer
        var sealed: [UInt8] = []
        let checked = Receiver(name: "b", takesChecksum: true)
        for (receiver, limit) in [
            (Receiver.unknown, core.payloadLimit), (checked, core.checksummedPayloadLimit),
        ] {
            try sealer.seal([UInt8](repeating: 7, count: limit), for: receiver, into: &sealed)
            #expect(sealed.count == size)
        }
    }
}
