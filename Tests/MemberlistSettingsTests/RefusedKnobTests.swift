import Foundation
import Memberlist
import Testing

@testable import MemberlistSettings

/// Whoever sets a knob wrongly is told which one, what it is, and what to set.
@Suite struct RefusedKnobTests {
    /// A value that cannot work.
    struct Wrong: Sendable, CustomTestStringConvertible {
        /// The knob, by the path that files and variables have.
        let key: String
        /// How the message shows the value.
        let value: String
        /// What the message says after "set".
        let advice: String
        let code: ConfigurationError.Code
        let set: @Sendable (inout MemberlistConfiguration) -> Void

        var testDescription: String { "\(key): \(value)" }
    }

    private static let year = "31536000.0 seconds"

    private static func count(
        _ key: String,
        _ path: any WritableKeyPath<MemberlistConfiguration, Int> & Sendable,
        _ range: ClosedRange<Int>,
        _ code: ConfigurationError.Code = .countOutOfRange
    ) -> [Wrong] {
        [range.lowerBound - 1, range.upperBound + 1].map { value in
            Wrong(
                key: key,
                value: "\(value)",
                advice: "\(range.lowerBound) to \(range.upperBound)",
                code: code
            ) { $0[keyPath: path] = value }
        }
    }

    private static func time(
        _ key: String,
        _ path: any WritableKeyPath<MemberlistConfiguration, Duration> & Sendable,
        mayBeZero: Bool = false
    ) -> [Wrong] {
        let wrong: [Duration] = [.seconds(-1), .seconds(365 * 24 * 3600 + 1)] + (mayBeZero ? [] : [.zero])
        return wrong.map { value in
            Wrong(
                key: key,
                value: "\(value)",
                advice: mayBeZero ? "zero to \(year)" : "more than zero, at most \(year)",
                code: .durationOutOfRange
            ) { $0[keyPath: path] = value }
        }
    }

    private static func other(
        _ key: String,
        _ value: String,
        _ advice: String,
        _ code: ConfigurationError.Code,
        _ set: @escaping @Sendable (inout MemberlistConfiguration) -> Void
    ) -> Wrong {
        Wrong(key: key, value: value, advice: advice, code: code, set: set)
    }

    private static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

    private static let identity =
        count("bindPort", \.bindPort, 1...65_535, .portOutOfRange).map { wrong in
            // 0 is any that is free.
            wrong.value == "0"
                ? other("bindPort", "-1", wrong.advice, wrong.code) { $0.bindPort = -1 } : wrong
        }
        + [
            other("name", "\"\"", "1 to 255 bytes", .nameEmpty) { $0.name = "" },
            other("name", "256 bytes", "1 to 255", .nameTooLong) { $0.name = NodeName(text(256)) },
            other("advertisePort", "0", "1 to 65535", .portOutOfRange) { $0.advertisePort = 0 },
            other("advertisePort", "65536", "1 to 65535", .portOutOfRange) { $0.advertisePort = 65_536 },
            other("bindHosts", "0 addresses", "1 to 64", .countOutOfRange) { $0.bindHosts = [] },
            other("bindHosts", "65 addresses", "1 to 64", .countOutOfRange) {
                $0.bindHosts = (1...65).map { "127.0.0.\($0)" }
            },
            other("meta", "513 bytes", "at most 512, or a larger metaLimit", .metaTooLong) {
                $0.meta = Array(text(513).utf8)
            },
            other("label", "256 bytes", "at most 255", .labelTooLong) { $0.label = text(256) },
            other("acceptedLabels", "256 bytes", "at most 255", .labelTooLong) {
                $0.acceptedLabels = ["", text(256)]
            },
            other("metaLimit", "-1", "0 to ", .metaLimitOutOfRange) { $0.metaLimit = -1 },
            other("metaLimit", "9999", "or a larger gossip.datagramSize", .metaLimitOutOfRange) {
                $0.metaLimit = 9_999
            },
            other("protocolVersion", "0", "1 to 5, 2 as a rule", .protocolVersionOutOfRange) {
                $0.protocolVersion = 0
            },
            other("protocolVersion", "6", "1 to 5", .protocolVersionOutOfRange) { $0.protocolVersion = 6 },
            other("delegateVersions.minimum", "3", "minimum <= current", .delegateVersionsOutOfOrder) {
                $0.delegateVersions = .init(minimum: 3, maximum: 4, current: 2)
            },
            other("delegateVersions.current", "5", "current <= maximum", .delegateVersionsOutOfOrder) {
                $0.delegateVersions = .init(minimum: 3, maximum: 4, current: 5)
            },
            other("delegateVersions.maximum", "1", "current <= maximum", .delegateVersionsOutOfOrder) {
                $0.delegateVersions = .init(minimum: 2, maximum: 1, current: 2)
            },
        ]

    private static let native = [
        other("wire", "native", "wire to automatic", .nativeWithoutEncryption) { $0.wire = .native },
        other("keyringFile", "nil", "a keyring or keyringFile", .nativeWithoutEncryption) {
            $0.wire = .native
        },
        other("verifiesIncoming", "false", "verifiesIncoming", .nativeWithoutEncryption) {
            ($0.wire, $0.verifiesIncoming) = (.native, false)
        },
        other("verifiesOutgoing", "false", "verifiesOutgoing to true", .nativeWithoutEncryption) {
            ($0.wire, $0.verifiesOutgoing) = (.native, false)
        },
    ]

    private static let times =
        time("probe.interval", \.probe.interval, mayBeZero: true)
        + time("gossip.interval", \.gossip.interval, mayBeZero: true)
        + time("gossip.toTheDead", \.gossip.toTheDead, mayBeZero: true)
        + time("gossip.pushPullInterval", \.gossip.pushPullInterval, mayBeZero: true)
        + time("healing.interval", \.healing.interval, mayBeZero: true)
        + time("metrics.queueCheckInterval", \.metrics.queueCheckInterval, mayBeZero: true)
        + time("probe.timeout", \.probe.timeout) + time("streams.timeout", \.streams.timeout)
        + time("healing.maximumInterval", \.healing.maximumInterval) + time("joinTimeout", \.joinTimeout)
        + time("leaveTimeout", \.leaveTimeout) + time("hookTimeout", \.hookTimeout)
        + [
            other(
                "probe.timeout",
                "1.0 seconds",
                "probe.timeout to half of it",
                .probeTimeoutNotBelowInterval
            ) {
                $0.probe.timeout = .seconds(1)
            },
            other("healing.interval", "61.0 seconds", "at most healing.maximumInterval", .durationOutOfRange)
            {
                $0.healing.interval = .seconds(61)
            },
            other("deadNodeReclaim", "-1.0 seconds", "zero to \(year)", .durationOutOfRange) {
                $0.deadNodeReclaim = .seconds(-1)
            },
            other("healing.forgetAfter", "-1.0 seconds", "zero to \(year)", .durationOutOfRange) {
                $0.healing.forgetAfter = .seconds(-1)
            },
            other("dns.timeout", "0.0 seconds", "more than zero, at most 60", .durationOutOfRange) {
                $0.dns.timeout = .zero
            },
            other("dns.timeout", "61.0 seconds", "more than zero, at most 60", .durationOutOfRange) {
                $0.dns.timeout = .seconds(61)
            },
            other("discovery.interval", "0.099 seconds", "0.1 seconds to 86400", .durationOutOfRange) {
                $0.discovery.interval = .milliseconds(99)
            },
        ]

    private static let counts =
        count("probe.indirectChecks", \.probe.indirectChecks, 0...64)
        + count("probe.healthMultiplier", \.probe.healthMultiplier, 1...64)
        + count("suspicion.multiplier", \.suspicion.multiplier, 1...1_000)
        + count("suspicion.maximumMultiplier", \.suspicion.maximumMultiplier, 1...1_000)
        + count("gossip.nodes", \.gossip.nodes, 0...64)
        + count("gossip.retransmitMultiplier", \.gossip.retransmitMultiplier, 1...64)
        + count("gossip.datagramSize", \.gossip.datagramSize, 1_200...65_507, .datagramSizeOutOfRange)
        + count("broadcasts.share", \.broadcasts.share, 1...99)
        + count("broadcasts.maximumCount", \.broadcasts.maximumCount, 1...1_048_576)
        + count("broadcasts.maximumBytes", \.broadcasts.maximumBytes, 65_536...1_073_741_824)
        + count("broadcasts.membershipCount", \.broadcasts.membershipCount, 16...1_048_576)
        + count("broadcasts.membershipBytes", \.broadcasts.membershipBytes, 65_536...1_073_741_824)
        + count("streams.maximumInbound", \.streams.maximumInbound, 1...65_536)
        + count("hookQueue", \.hookQueue, 1...1_048_576) + count("eventBuffer", \.eventBuffer, 1...1_048_576)
        + count("healing.remembered", \.healing.remembered, 0...65_536)
        + count("maximumMembers", \.maximumMembers, 2...1_048_576) + count("dns.tries", \.dns.tries, 1...16)

    private static let lists = [
        other("dns.servers", "\"ns.test\"", "addresses, such as 10.0.0.53", .nameServerMalformed) {
            $0.dns.servers = ["10.0.0.53", "ns.test"]
        },
        other("dns.searchDomains", "\"10.0.0.1\"", "domains, such as example.org", .searchDomainMalformed) {
            $0.dns.searchDomains = ["test", "10.0.0.1"]
        },
        other("metrics.labels", "\"=x\"", "name=value", .labelNameEmpty) { $0.metrics.labels = ["": "x"] },
    ]

    static let all = identity + native + times + counts + lists

    /// Knobs whose every value works, or is looked at where it is used, with the reason.
    static let free: [String: String] = [
        "advertiseHost": "a name is looked up when the node starts",
        "acceptsPaddedEncryption": "yes or no", "compression": "yes or no", "requiresNodeNames": "yes or no",
        "allowedNetworks": "none and any are both meant", "probe.streamFallback": "yes or no",
        "probe.streamFallbackExcept": "members need not be there yet",
        "dns.resolvConf": "the file is read for each lookup",
    ]

    @Test(arguments: all) func theMessageNamesTheKnobItsValueAndWhatToSet(wrong: Wrong) throws {
        var configuration = MemberlistConfiguration.lan(name: "a")
        wrong.set(&configuration)
        let error = try #require(throws: ConfigurationError.self) { try configuration.validate() }
        #expect(error.code == wrong.code)
        let place = try #require(error.message.range(of: "; set "), "\(error)")
        let (told, advice) = (error.message[..<place.lowerBound], error.message[place.upperBound...])
        #expect(told.contains(wrong.key) && told.contains(wrong.value), "\(error)")
        #expect(advice.contains(wrong.advice), "\(error)")
        // Nobody is told to set what was refused.
        #expect(!wrong.value.hasPrefix("0.0") || !advice.hasPrefix("zero"))
    }

    /// Where this fails, a knob was added: add what it refuses here, and to `validate()`.
    @Test func everyKnobIsTriedOrFree() {
        let tried = Set(Self.all.map(\.key))
        for knob in Knob.all where !tried.contains(knob.key) && Self.free[knob.key] == nil {
            Issue.record("\(knob.key): no value of it is refused")
        }
        #expect(tried.isDisjoint(with: Self.free.keys))
        #expect(tried.union(Self.free.keys).isSubset(of: Knob.all.map(\.key)))
    }

    @Test func everyRefusalIsTried() {
        let tried = Set(Self.all.map(\.code))
        #expect(ConfigurationError.Code.allCases.filter { !tried.contains($0) } == [])
    }
}
