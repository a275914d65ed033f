import Foundation
import Memberlist
import MemberlistCore
import Testing

@testable import MemberlistSettings

/// Where each knob arrives. One that is handed to nobody fails here by its name, and so does one that is new.
@Suite struct ArrivalTests {
    private static let sizes: Set<String> = [
        "core.payloadLimit", "core.checksummedPayloadLimit", "core.nativePayloadLimit",
    ]

    /// What a changed value changes in the settings of the core and of the layers: that, and nothing else.
    static let handed: [String: Set<String>] = [
        "name": ["core.name", "layers.name"],
        "meta": ["core.meta"],
        "metaLimit": ["core.metaLimit"],
        "label": sizes.union(["layers.label"]),
        "acceptedLabels": ["layers.acceptedLabels"],
        "protocolVersion": [
            "core.versions", "core.payloadLimit", "core.checksummedPayloadLimit", "layers.padded",
            "layers.acceptsPadded",
        ],
        "delegateVersions.minimum": ["core.versions"],
        "delegateVersions.maximum": ["core.versions"],
        "delegateVersions.current": ["core.versions"],
        "verifiesIncoming": ["layers.verifiesIncoming"],
        "verifiesOutgoing": [
            "layers.sealing", "core.usableCapabilities", "core.payloadLimit", "core.checksummedPayloadLimit",
        ],
        "acceptsPaddedEncryption": ["layers.acceptsPadded"],
        "wire": ["layers.policy", "core.capabilities", "core.usableCapabilities"],
        "compression": ["layers.compression", "core.usableCapabilities"],
        "allowedNetworks": ["core.allowedNetworks"],
        "deadNodeReclaim": ["core.deadNodeReclaim"],
        "maximumMembers": ["core.memberLimit"],
        "probe.interval": ["core.probeInterval"],
        "probe.timeout": ["core.probeTimeout", "core.farewellDoubt"],
        "probe.indirectChecks": ["core.indirectChecks"],
        "probe.streamFallback": ["core.streamFallback"],
        "probe.streamFallbackExcept": ["core.streamFallbackExcept"],
        "probe.healthMultiplier": ["core.healthMultiplier"],
        "suspicion.multiplier": ["core.suspicionMultiplier"],
        "suspicion.maximumMultiplier": ["core.suspicionMaximumMultiplier"],
        "gossip.interval": ["core.gossipInterval"],
        "gossip.nodes": ["core.gossipNodes"],
        "gossip.toTheDead": ["core.gossipToTheDead"],
        "gossip.retransmitMultiplier": ["core.retransmitMultiplier"],
        "gossip.datagramSize": sizes,
        "gossip.pushPullInterval": ["core.pushPullInterval"],
        "broadcasts.share": ["core.userShare"],
        "broadcasts.maximumCount": ["core.userQueue"],
        "broadcasts.maximumBytes": ["core.userQueue"],
        "broadcasts.membershipCount": ["core.membershipQueue"],
        "broadcasts.membershipBytes": ["core.membershipQueue"],
        "healing.interval": ["core.healInterval"],
        "healing.maximumInterval": ["core.healMaximumInterval"],
        "healing.remembered": ["core.healMemory"],
        "healing.forgetAfter": ["core.healForgets"],
    ]

    /// Values that say more than just any other.
    private static let telling: [String: [SettingValue]] = [
        "protocolVersion": [.text("1")], "wire": [.text("hashicorp")],
    ]

    /// What the node itself reads, with the test that fails where it does not.
    static let read = [
        "bindHosts": "isReachedAtEachOfThem",
        "bindPort": "thePortThatIsSetIsListenedAt",
        "advertiseHost": "aPeerIsToldTheAdvertisedAddressAndPortAndSendsThere",
        "advertisePort": "aPeerIsToldTheAdvertisedAddressAndPortAndSendsThere",
        "keyringFile": "theFileIsReadAtTheStartAndWrittenFirst",
        "requiresNodeNames": "nodeNamesCanBeRequired",
        "joinTimeout": "aJoinWithoutATimeHasTheJoinTimeout",
        "leaveTimeout": "aLeaveWithoutATimeHasTheLeaveTimeout",
        "hookTimeout": "noAnswerInTimeIsARefusalThatSaysSo",
        "hookQueue": "theHookQueueIsAsDeepAsItIsSet",
        "eventBuffer": "whatASlowReaderMissesIsCounted",
        "streams.timeout": "aStreamThatNobodyAnswersEndsWithTheStreamTimeout",
        "streams.maximumInbound": "streamsAboveTheBoundAreClosed",
        "dns.servers": "aHostStandsForAllItsAddresses",
        "dns.searchDomains": "searchDomainsCompleteAShortName",
        "dns.resolvConf": "searchDomainsCompleteAShortName",
        "dns.timeout": "aServerHasTheTimeThatIsSet",
        "dns.tries": "aServerIsAskedAsOftenAsItIsSet",
        "discovery.interval": "sourcesAreAskedAtTheirInterval",
        "metrics.labels": "labelsAreOnEveryMetric",
        "metrics.queueCheckInterval": "theQueueIsLookedAtAsOftenAsItIsSet",
    ]

    /// All that the core and the layers are told.
    private func told(_ configuration: MemberlistConfiguration) throws -> [String: String] {
        let layers = try LayerSettings(configuration)
        let core = configuration.protocolConfiguration(
            endpoint: Endpoint(address: try #require(IPAddress("10.0.0.1")), port: 7946),
            layers: layers,
            asksAlive: false,
            asksMerge: false
        )
        var fields: [String: String] = [:]
        for (part, value) in [("core", core as Any), ("layers", layers as Any)] {
            for child in Mirror(reflecting: value).children {
                fields["\(part).\(child.label ?? "")"] = String(reflecting: child.value)
            }
        }
        return fields
    }

    @Test(arguments: Knob.all.map(\.key)) func aKnobArrivesWhereItIsFor(key: String) throws {
        let knob = try #require(KnobNames.byKey[key])
        guard Self.read[key] == nil else { return }
        let wanted = try #require(Self.handed[key], "\(key) is new: say here where it arrives")
        var before = MemberlistConfiguration.lan(name: "a")
        before.keyring = Keyring(primary: try SecretKey.random())
        let values = Self.telling[key] ?? otherValues(than: knob.read(before), of: knob)
        let old = try told(before)
        #expect(old.count > 40, "fields were not found: has Mirror changed?")
        var changed = 0
        for value in values {
            var after = before
            guard (try? knob.write(value, &after)) != nil else { continue }
            changed += 1
            let new = try told(after)
            let arrived = Set(old.keys.filter { old[$0] != new[$0] })
            #expect(arrived == wanted, "\(key) arrives at \(arrived.sorted())")
        }
        #expect(changed > 0)
    }

    @Test func aKnobThatTheNodeReadsHasATestOfIt() throws {
        #expect(Set(Self.read.keys).isDisjoint(with: Self.handed.keys))
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("MemberlistTests")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        let sources = try names.filter { $0.hasSuffix(".swift") }.map {
            try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)
        }
        for (key, test) in Self.read where !sources.contains(where: { $0.contains("func \(test)(") }) {
            Issue.record("\(key) has the test \(test), which is not there")
        }
    }
}
