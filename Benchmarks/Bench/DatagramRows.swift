import MemberlistCore
import MemberlistWire
import SampleCluster

/// Datagrams of thirteen parts, out, in and refused, in HashiCorp's dialect: what both sides speak.
enum DatagramRows {
    private static let microseconds = 1_000_000.0

    /// Thirteen messages become a compound, and that a datagram.
    ///
    /// - Parameter members: How many there are whose news these are; nil for the messages of the inputs.
    static func seal(
        _ inputs: Inputs,
        members: Int? = nil,
        compresses: Bool,
        seconds: Double
    ) throws -> Figure {
        var sealer = try SampleLayers.sealer(Inputs.label, inputs.ring, compresses: compresses)
        let parts = members.map { Inputs.parts(of: $0) } ?? inputs.parts
        let messages = parts.map { $0.map { SampleMembers.message(.user($0[...])) } }
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
    static func open(
        _ inputs: Inputs,
        members: Int = Inputs.members,
        seconds: Double
    ) throws -> Figure {
        // Of many members more are told of, so that no small part of the table is all that is looked at.
        let payloads = try (0..<max(Inputs.datagrams, members / 10)).map {
            try SampleMembers.gossip($0, of: members)
        }
        var sealer = try SampleLayers.sealer(Inputs.label, inputs.ring, compresses: true)
        var opener = try SampleLayers.opener(Inputs.label, inputs.ring)
        opener.makeRoom(forMembers: members)
        var core = SampleCore.make(members: members)
        let batch = 2_048
        var datagrams = [[UInt8]](repeating: [], count: batch)
        var now: Int64 = 0
        var sealed = 0
        return try Stopwatch(seconds: seconds).measure(
            "open",
            unit: "us",
            per: microseconds,
            batch: batch,
            // None is opened twice: each has a nonce of its own, and is remembered.
            prepare: {
                for index in datagrams.indices {
                    let payload = payloads[(sealed + index) % payloads.count]
                    try sealer.seal(payload, for: receiver, into: &datagrams[index])
                }
                sealed += batch
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

    /// A datagram under a key that is on no ring, with eight keys to try. Of so many members one datagram was opened.
    static func refuse(
        _ inputs: Inputs,
        members: Int = Inputs.members,
        seconds: Double
    ) throws -> Figure {
        var opener = try SampleLayers.opener(Inputs.label, inputs.fullRing)
        opener.makeRoom(forMembers: members)
        var sealer = try SampleLayers.sealer(Inputs.label, inputs.ring, compresses: true)
        var datagram: [UInt8] = []
        for number in 0..<members {
            try sealer.seal(try SampleMembers.gossip(number), for: receiver, into: &datagram)
            _ = try opener.open(datagram.span.bytes, at: 0)
        }
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

    private static let receiver = Receiver(name: "b", takesChecksum: true)
}
