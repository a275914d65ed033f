import MemberlistWire

extension FuzzTarget {
    /// A datagram of a cluster without keys. The first byte chooses the label, and for whom what came is sealed again.
    static let datagram = FuzzTarget("datagram", longestInput: 2_048, seeds: DatagramSeeds.all) { bytes in
        var input = FuzzInput(bytes)
        let choice = input.byte()
        let label = FixtureCluster.labels[Int(choice & 0x0f) % FixtureCluster.labels.count]
        let datagram = Array(input.rest)
        var opener = DatagramOpener(label: label, keyring: nil, verifiesIncoming: true, acceptsPadded: true)
        let opened = opener.outcome(of: datagram, at: 0)
        try require(opener.outcome(of: datagram, at: 1) == opened, "opened twice it says another thing")
        try require(opener.openedWith == nil, "a key opened it, and there is none")
        guard let payload = opened.value else { return }
        try require(payload.count <= max(Limits.datagramBody, datagram.count), "it grew past its limit")
        try MessageRules.check(partsOf: payload)
        try SealingRules.check(payload, label: label, choice: Int(choice >> 4))
    }

    /// The same with keys: as it came, and sealed with a key, so that what lies behind the encryption is reached.
    static let datagramKeyed = FuzzTarget(
        "datagram-keyed",
        longestInput: 2_048,
        seeds: DatagramSeeds.all
    ) { bytes in
        var input = FuzzInput(bytes)
        let choice = input.byte()
        let label = FixtureCluster.labels[Int(choice & 0x0f) % FixtureCluster.labels.count]
        let policy = WirePolicy.allCases[Int(choice >> 4) % 3]
        let datagram = Array(input.rest)
        guard let keyring = FixtureCluster.keyring else { throw FuzzFailure(description: "no keys") }
        var opener = DatagramOpener(
            label: label,
            keyring: keyring,
            verifiesIncoming: true,
            acceptsPadded: choice < 0xc0,
            policy: policy,
            name: FixtureCluster.receiver
        )
        let opened = opener.outcome(of: datagram, at: 0)
        if let payload = opened.value {
            try require(
                opener.openedWith.map(keyring.keyIDs.contains) == true,
                "no key of the ring opened it"
            )
            try require(isRecorded(payload, in: datagram, label), "it opens, and nobody sealed it")
            let again = opener.outcome(of: datagram, at: 1)
            try require(again == .refused(.replayed), "it was taken twice")
        } else {
            try require(opener.outcome(of: datagram, at: 1).value == nil, "the second time it was taken")
        }
        let dialect = Dialect.allCases[datagram.count % 3]
        try SealingRules.checkInside(datagram, dialect, keyring: keyring, label: label)
    }

    /// Whether that is what one of the fixtures holds. The version of HashiCorp's frames is not authenticated: a
    /// frame of version 1 that is read as one of version 0 loses what looks like a pad, and the other way round.
    private static func isRecorded(_ payload: [UInt8], in datagram: [UInt8], _ label: Label) -> Bool {
        if FixtureCluster.sealedPayloads.contains(payload) { return true }
        guard datagram[label.headerCount] <= 1 else { return false }
        return FixtureCluster.sealedPayloads.contains { recorded in
            abs(recorded.count - payload.count) <= 16
                && payload.prefix(recorded.count) == recorded.prefix(payload.count)
        }
    }
}

/// Datagrams that are recorded, behind the byte that chooses their label.
enum DatagramSeeds {
    static func all() throws -> [[UInt8]] {
        let hashicorp = try FixtureLine.all("packets.jsonl", "malformed.jsonl")
        let native = try FixtureLine.all("native.jsonl").filter { $0.kind == "datagram" }
        let layered = (hashicorp + native).compactMap { line in
            line.hex.map { [FixtureCluster.place(of: line.label)] + $0 }
        }
        let bare = try FixtureLine.all("gossip.jsonl", "messages.jsonl").compactMap(\.hex)
        return layered + bare.map { [0] + $0 }
    }
}

extension DatagramOpener {
    /// The payload that a datagram opens to.
    mutating func outcome(of datagram: [UInt8], at now: Int64) -> Outcome<[UInt8], WireError> {
        do throws(WireError) {
            return .value(Array(try open(datagram.span.bytes, at: now).payload))
        } catch {
            return .refused(error)
        }
    }
}

/// What is sealed opens again, whichever layers are put on.
enum SealingRules {
    private static let receivers = [
        Receiver.unknown, Receiver(name: "b", takesChecksum: true),
        Receiver(name: "b", takesChecksum: true, capabilities: .dictionary),
        Receiver(name: "b", takesChecksum: true, capabilities: .all),
    ]

    /// A payload in all layers but encryption.
    static func check(_ payload: [UInt8], label: Label, choice: Int) throws {
        guard payload.count <= Limits.datagramBody, Message.type(of: payload[...]) != nil else { return }
        let receiver = receivers[choice % receivers.count]
        var sealed: [UInt8] = []
        var sealer = DatagramSealer(label: label, keyring: nil, compression: true, padded: false)
        try sealer.seal(payload, for: receiver, into: &sealed)
        let overhead = DatagramLayout.overhead(
            label: label,
            encrypted: false,
            padded: false,
            checksum: receiver.takesChecksum
        )
        try require(sealed.count <= payload.count + overhead, "sealed it is larger than said")
        var opener = DatagramOpener(label: label, keyring: nil, verifiesIncoming: true, acceptsPadded: false)
        try require(opener.outcome(of: sealed, at: 0) == .value(payload), "sealed, it opens to other bytes")
    }

    /// Bytes as the plaintext of a frame: they end as they do without encryption.
    static func checkInside(_ plain: [UInt8], _ dialect: Dialect, keyring: Keyring, label: Label) throws {
        var reference = DatagramOpener(
            label: .none,
            keyring: nil,
            verifiesIncoming: true,
            acceptsPadded: true
        )
        var expected = reference.outcome(of: plain, at: 0)
        switch plain.first {
        case nil: expected = .refused(.emptyBody)
        // Outside, these are layers; inside, they are types that no message has, or layers where none may be.
        case MessageType.label.rawValue, 0x20, 0x21: return
        default: break
        }
        var sealed: [UInt8] = []
        label.writeHeader(into: &sealed)
        try dialect.seal(plain, keyring: keyring, label: label, receiver: "a", into: &sealed)
        var opener = DatagramOpener(
            label: label,
            keyring: keyring,
            verifiesIncoming: true,
            acceptsPadded: true,
            name: "a"
        )
        let opened = opener.outcome(of: sealed, at: 0)
        try require(opened == expected, "sealed \(dialect) it gives \(opened), plain \(expected)")
    }
}

/// How a frame may be sealed.
enum Dialect: CaseIterable {
    case plain, padded, native

    func seal(
        _ plaintext: [UInt8],
        keyring: Keyring,
        label: Label,
        receiver: NodeName,
        into output: inout [UInt8]
    ) throws(WireError) {
        guard self == .native else {
            return try keyring.seal(
                plaintext.span.bytes,
                padded: self == .padded,
                additionalData: label.bytes.span.bytes,
                into: &output
            )
        }
        var additional: [UInt8] = []
        try keyring.sealNatively(
            plaintext.span.bytes,
            bound: .datagram(label: label, receiver: receiver),
            additional: &additional,
            into: &output
        )
    }
}
