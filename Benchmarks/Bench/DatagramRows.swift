import MemberlistCore
import MemberlistWire
import SampleCluster

/// Datagrams of thirteen parts, out, in and refused, in HashiCorp's dialect: what both sides speak.
enum DatagramRows {
    private static let microseconds = 1_000_000.0

    /// Thirteen messages become a compound, and that a datagram.
    static func seal(_ inputs: Inputs, compresses: Bool, seconds: Double) throws -> Figure {
        var sealer = DatagramSealer(
            label: try Label(Inputs.label),
            keyring: inputs.ring,
            compression: compresses,
            padded: false
        )
        let messages = inputs.parts.map { $0.map { SampleMembers.message(.user($0[...])) } }
        let receiver = Receiver(name: "b", takesChecksum: true)
        var writer = CompoundWriter()
        var payload: [UInt8] = []
        var datagram: [UInt8] = []
        return try Stopwatch(seconds: seconds).measure(
            compresses ? "seal" : "seal-encrypt",
            unit: "us",
            per: microseconds,
            batch: 1_024
        ) { round in
            for message in messages[round % messages.count] { try writer.append(message) }
            payload.removeAll(keepingCapacity: true)
            writer.finish(into: &payload)
            try sealer.seal(payload, for: receiver, into: &datagram)
        }
    }

    /// A datagram's layers come off, its parts are decoded, and the protocol hears them: members that it knows.
    static func open(_ inputs: Inputs, seconds: Double) throws -> Figure {
        let payloads = try (0..<Inputs.datagrams).map { try SampleMembers.gossip($0) }
        var sealer = DatagramSealer(
            label: try Label(Inputs.label),
            keyring: inputs.ring,
            compression: true,
            padded: false
        )
        var opener = try opener(inputs.ring)
        opener.makeRoom(forMembers: Inputs.members)
        var core = SampleCore.make(members: Inputs.members)
        let receiver = Receiver(name: nil, takesChecksum: true)
        let batch = 2_048
        var datagrams = [[UInt8]](repeating: [], count: batch)
        var now: Int64 = 0
        return try Stopwatch(seconds: seconds).measure(
            "open",
            unit: "us",
            per: microseconds,
            batch: batch,
            // None is opened twice: each has a nonce of its own, and is remembered.
            prepare: {
                for index in datagrams.indices {
                    let payload = payloads[index % payloads.count]
                    try sealer.seal(payload, for: receiver, into: &datagrams[index])
                }
                now += 60_000_000_000
            },
            { round in
                let datagram = datagrams[round]
                var opened = try opener.open(datagram.span.bytes, at: now)
                var parts = 0
                while let part = try opened.nextPart() {
                    parts += 1
                    if core.isOldNews(part) { continue }
                    core.handle(
                        .messageReceived(try Message.decode(part), from: SampleMembers.endpoint(1)),
                        at: SampleCore.start
                    )
                }
                while core.nextDirective() != nil {}
                if parts != Inputs.parts { throw Unexpected("\(parts) parts") }
            }
        )
    }

    /// A datagram under a key that is on no ring, with eight keys to try.
    static func refuse(_ inputs: Inputs, seconds: Double) throws -> Figure {
        var opener = try opener(inputs.fullRing)
        return try Stopwatch(seconds: seconds).measure(
            "refuse",
            unit: "us",
            per: microseconds,
            batch: 1_024
        ) { round in
            let datagram = inputs.refused[round % inputs.refused.count]
            do {
                _ = try opener.open(datagram.span.bytes, at: Int64(round))
            } catch {
                return
            }
            throw Unexpected("a stranger's datagram was opened")
        }
    }

    private static func opener(_ ring: Keyring) throws -> DatagramOpener {
        DatagramOpener(
            label: try Label(Inputs.label),
            keyring: ring,
            verifiesIncoming: true,
            acceptsPadded: false,
            name: "b"
        )
    }
}
