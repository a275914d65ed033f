import MemberlistWire
import SampleCluster

/// Datagrams of thirteen parts through all layers, out and in, and datagrams that are refused.
enum Layers {
    private struct Suite {
        let name: String
        let isNative: Bool
        let compresses: Bool
        var receiver: Receiver {
            Receiver(name: "b", takesChecksum: true, capabilities: isNative ? .all : [])
        }
    }

    private static let suites = [
        Suite(name: "AES-GCM", isNative: false, compresses: false),
        Suite(name: "LZW, AES-GCM", isNative: false, compresses: true),
        Suite(name: "XChaCha20", isNative: true, compresses: false),
        Suite(name: "deflate, XChaCha20", isNative: true, compresses: true),
    ]

    static func figures() throws -> [Figure] {
        let ring = Keyring(primary: try SecretKey.random())
        let strangers = Keyring(primary: try SecretKey.random())
        let full = Keyring(primary: try SecretKey.random(), others: try (0..<7).map { _ in try .random() })
        return try suites.flatMap { suite in
            [
                try sealed(suite, ring),
                try opened(suite, ring),
                try refused(suite, by: full, sealedWith: strangers),
            ]
        } + suites.filter(\.compresses).map { try sealedAgain($0, ring) }
    }

    private static let label = "cluster"

    private static func sealer(_ suite: Suite, _ ring: Keyring) throws -> DatagramSealer {
        try SampleLayers.sealer(label, ring, compresses: suite.compresses)
    }

    /// Twelve alives and a word of the application's each, 1.1 KB: no two are equal that follow one another.
    private static func payloads() throws -> [[UInt8]] {
        try (0..<8).map { try SampleMembers.gossip($0) }
    }

    private static func sealed(_ suite: Suite, _ ring: Keyring) throws -> Figure {
        var sealer = try sealer(suite, ring)
        let payloads = try payloads()
        let receiver = suite.receiver
        var datagram: [UInt8] = []
        return try Figure("seal (\(suite.name))") { round in
            try sealer.seal(payloads[round % payloads.count], for: receiver, into: &datagram)
        }
    }

    /// One payload for several receivers, as rounds of gossip have it.
    private static func sealedAgain(_ suite: Suite, _ ring: Keyring) throws -> Figure {
        var sealer = try sealer(suite, ring)
        let payload = try payloads()[0]
        let receiver = suite.receiver
        var datagram: [UInt8] = []
        return try Figure("seal the same again (\(suite.name))") { _ in
            try sealer.seal(payload, for: receiver, into: &datagram)
        }
    }

    private static func opened(_ suite: Suite, _ ring: Keyring) throws -> Figure {
        var sealer = try sealer(suite, ring)
        var opener = try SampleLayers.opener(label, ring)
        let payloads = try payloads()
        let receiver = suite.receiver
        var datagram: [UInt8] = []
        // The nonces of HashiCorp's dialect are remembered one by one, in a table that grows.
        return try Figure("seal, open and decode (\(suite.name))", limit: suite.isNative ? 0 : 3) { round in
            try sealer.seal(payloads[round % payloads.count], for: receiver, into: &datagram)
            var opened = try opener.open(datagram.span.bytes, at: Int64(round))
            var parts = 0
            while let part = try opened.nextPart() {
                _ = try Message.decode(part)
                parts += 1
            }
            if parts != 13 { throw Unexpected("\(parts) parts") }
        }
    }

    private static func refused(
        _ suite: Suite,
        by ring: Keyring,
        sealedWith strangers: Keyring
    ) throws -> Figure {
        var sealer = try sealer(suite, strangers)
        var opener = try SampleLayers.opener(label, ring)
        var datagram: [UInt8] = []
        try sealer.seal(payloads()[0], for: suite.receiver, into: &datagram)
        return try Figure("refuse with eight keys (\(suite.name))") { round in
            do {
                _ = try opener.open(datagram.span.bytes, at: Int64(round))
            } catch {
                return
            }
            throw Unexpected("a stranger's datagram was opened")
        }
    }
}
