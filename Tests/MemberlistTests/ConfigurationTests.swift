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

    /// Each knob has a value of its own, so that none can stand in another's place.
    @Test func theCoreIsTold() throws {
        var told = MemberlistConfiguration.lan(name: "a")
        (told.meta, told.metaLimit, told.protocolVersion) = ([1, 2], 101, 3)
        told.delegateVersions = .init(minimum: 4, maximum: 6, current: 5)
        told.allowedNetworks = [try #require(IPNetwork("10.0.0.0/8"))]
        (told.deadNodeReclaim, told.maximumMembers) = (.seconds(102), 103)
        (told.probe.interval, told.probe.timeout) = (.seconds(104), .seconds(50))
        (told.probe.indirectChecks, told.probe.healthMultiplier) = (7, 9)
        (told.probe.streamFallback, told.probe.streamFallbackExcept) = (false, ["b"])
        (told.suspicion.multiplier, told.suspicion.maximumMultiplier) = (10, 11)
        (told.gossip.interval, told.gossip.nodes, told.gossip.toTheDead) = (.seconds(12), 13, .seconds(14))
        (told.gossip.retransmitMultiplier, told.gossip.pushPullInterval) = (15, .seconds(16))
        (told.broadcasts.share, told.broadcasts.maximumCount, told.broadcasts.maximumBytes) = (17, 18, 19_000)
        (told.broadcasts.membershipCount, told.broadcasts.membershipBytes) = (20_000, 21_000)
        (told.healing.interval, told.healing.maximumInterval) = (.seconds(22), .seconds(23))
        (told.healing.remembered, told.healing.forgetAfter) = (24, .seconds(25))
        told.requiresNodeNames = true
        let core = told.protocolConfiguration(
            endpoint: Endpoint(address: try #require(IPAddress("10.0.0.1")), port: 7946),
            layers: try LayerSettings(told),
            asksAlive: true,
            asksMerge: false
        )
        func seconds(_ count: Int64) -> Int64 { count * 1_000_000_000 }
        #expect(core.name == "a" && core.meta == [1, 2] && core.metaLimit == 101)
        #expect(core.versions.current == 3 && (core.versions.minimum, core.versions.maximum) == (1, 5))
        let delegates = (
            core.versions.delegateMinimum, core.versions.delegateMaximum, core.versions.delegateCurrent
        )
        #expect(delegates == (4, 6, 5))
        #expect(core.allowedNetworks == told.allowedNetworks)
        #expect(core.deadNodeReclaim == seconds(102) && core.memberLimit == 103)
        #expect((core.probeInterval, core.probeTimeout) == (seconds(104), seconds(50)))
        #expect((core.indirectChecks, core.healthMultiplier) == (7, 9))
        #expect(!core.streamFallback && core.streamFallbackExcept == ["b"])
        #expect((core.suspicionMultiplier, core.suspicionMaximumMultiplier) == (10, 11))
        #expect((core.gossipInterval, core.gossipNodes) == (seconds(12), 13))
        #expect(core.gossipToTheDead == seconds(14) && core.farewellDoubt == seconds(50))
        #expect((core.retransmitMultiplier, core.pushPullInterval) == (15, seconds(16)))
        #expect(core.userShare == 17 && (core.userQueue.count, core.userQueue.bytes) == (18, 19_000))
        #expect((core.membershipQueue.count, core.membershipQueue.bytes) == (20_000, 21_000))
        #expect((core.healInterval, core.healMaximumInterval) == (seconds(22), seconds(23)))
        #expect(core.healMemory == 24 && core.healForgets == seconds(25) && core.seedsNeedNames)
        #expect(core.asksAlive && !core.asksMerge)
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
        var sealer = layers.datagramSealer()
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
