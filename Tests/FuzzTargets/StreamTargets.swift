import FixtureSupport
import MemberlistWire

extension FuzzTarget {
    /// A stream of a cluster without keys, in one piece and in many. The first byte chooses the label and the
    /// direction, the second where the pieces end.
    static let stream = FuzzTarget("stream", longestInput: 8_192, seeds: StreamSeeds.all) { bytes in
        var input = FuzzInput(bytes)
        let choice = input.byte()
        let seed = UInt64(input.byte())
        let stream = Array(input.rest)
        let setting = StreamSetting(
            label: FixtureCluster.labels[Int(choice & 0x0f) % FixtureCluster.labels.count],
            direction: choice & 0x10 == 0 ? .inbound : .reply(to: nil)
        )
        let read = try setting.readBothWays(stream, seed: seed)
        for message in read.messages { try MessageRules.check(message) }
    }

    /// The same with keys: as it came, and sealed into one record, so that what lies behind the encryption is
    /// reached.
    static let streamKeyed = FuzzTarget("stream-keyed", longestInput: 8_192, seeds: StreamSeeds.all) {
        bytes in
        var input = FuzzInput(bytes)
        let choice = input.byte()
        let seed = UInt64(input.byte())
        let stream = Array(input.rest)
        guard let keyring = FixtureCluster.keyring else { throw FuzzFailure(description: "no keys") }
        var setting = StreamSetting(
            label: FixtureCluster.labels[Int(choice & 0x0f) % FixtureCluster.labels.count],
            direction: choice & 0x10 == 0 ? .inbound : .reply(to: nil)
        )
        setting.keyring = keyring
        setting.policy = WirePolicy.allCases[Int(choice >> 5) % 3]
        let read = try setting.readBothWays(stream, seed: seed)
        try require(read.messages.isEmpty || read.isAuthenticated, "a stranger's message was read")
        for message in read.messages {
            try require(FixtureCluster.sealedMessages.contains(message), "it opens, and nobody sealed it")
        }

        let label = setting.label
        let capabilities: Capabilities = choice & 0x20 == 0 ? [] : .all
        let receiver = Receiver(name: FixtureCluster.receiver, capabilities: capabilities)
        let sealer = StreamSealer(label: label, keyring: keyring, compression: false)
        var sealed: [UInt8] = []
        try sealer.seal(stream, .request(to: receiver), into: &sealed)
        var inner = StreamSetting(label: label, direction: .inbound)
        inner.keyring = keyring
        let opened = try inner.readBothWays(sealed, seed: seed)
        try require(opened.isAuthenticated, "a sealed record authenticates nobody")
        try require(opened.messages.count + (opened.error == nil ? 0 : 1) == 1, "one record, \(opened)")
        for message in opened.messages { try MessageRules.check(message) }
    }
}

/// How a stream is read.
struct StreamSetting {
    var label: Label
    var direction: StreamOpener.Direction
    var keyring: Keyring?
    var policy = WirePolicy.automatic

    /// Small bounds, so that the fuzzer comes to them.
    private static let limits = StreamOpener.Bounds(record: 65_536, body: 262_144)

    init(label: Label, direction: StreamOpener.Direction) {
        self.label = label
        self.direction = direction
    }

    struct Reading: Equatable {
        var messages: [StreamMessage] = []
        var error: WireError?
        var isAuthenticated = false
    }

    /// What a stream says must not depend on how it arrives.
    func readBothWays(_ stream: [UInt8], seed: UInt64) throws -> Reading {
        let whole = try read(stream, in: [stream.count])
        var random = SeededRandom(seed: seed)
        var sizes: [Int] = []
        var left = stream.count
        while left > 0 {
            // Most faults lie where a head is cut in two.
            let longest = random.next() % 4 == 0 ? 700 : 6
            sizes.append(min(left, 1 + Int(random.next() % UInt64(longest))))
            left -= sizes[sizes.count - 1]
        }
        let pieces = try read(stream, in: sizes)
        try require(pieces == whole, "in pieces it says \(pieces), whole \(whole)")
        return whole
    }

    private func read(_ stream: [UInt8], in sizes: [Int]) throws -> Reading {
        var opener = StreamOpener(
            label: label,
            keyring: keyring,
            acceptsPadded: true,
            policy: policy,
            name: FixtureCluster.receiver,
            direction: direction,
            limits: Self.limits
        )
        var reading = Reading(isAuthenticated: opener.isAuthenticated)
        var start = 0
        for size in sizes {
            opener.feed(stream.span.bytes.extracting(start..<start + size))
            start += size
            let error = Self.drain(&opener, into: &reading.messages)
            try require(opener.bufferedBytes <= start, "it holds more than has arrived")
            reading.isAuthenticated = opener.isAuthenticated
            guard let error else { continue }
            reading.error = error
            try require(opener.bufferedBytes == 0, "a failed stream holds bytes")
            opener.feed(stream.span.bytes)
            var more: [StreamMessage] = []
            try require(Self.drain(&opener, into: &more) == error, "a failed stream fails otherwise")
            try require(more.isEmpty && opener.bufferedBytes == 0, "a failed stream goes on")
            break
        }
        return reading
    }

    private static func drain(
        _ opener: inout StreamOpener,
        into messages: inout [StreamMessage]
    ) -> WireError? {
        do throws(WireError) {
            while let message = try opener.next() { messages.append(message) }
            return nil
        } catch {
            return error
        }
    }
}

/// What one side of a stream wrote, behind the bytes that choose how it is read.
enum StreamSeeds {
    static func all() throws -> [[UInt8]] {
        let native = try FixtureLine.all("native.jsonl").filter { $0.kind == "streamRequest" }
        let streams = try FixtureLine.all("streams.jsonl") + native
        let layered = streams.compactMap { line in
            line.hex.map { [FixtureCluster.place(of: line.label), 7] + $0 }
        }
        let bare = streams.compactMap { $0.inner ?? $0.plain }.map { [0, 3] + $0 }
        return layered + bare
    }
}
