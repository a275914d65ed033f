import FixtureSupport
import MemberlistWire
import Testing

/// One datagram of `packets.jsonl` or `malformed.jsonl`.
struct PacketLine: Decodable {
    let name: String
    let note: String?
    let label: String?
    let keys: [Hex]?
    let layers: [String]?
    let hex: Hex
    let inner: Hex?

    func keyring() throws -> Keyring? {
        guard let keys, !keys.isEmpty else { return nil }
        return try Keyring(keys.map { try SecretKey(bytes: $0.bytes) })
    }

    func opener(acceptsPadded: Bool = true, verifiesIncoming: Bool = true) throws -> DatagramOpener {
        DatagramOpener(
            label: try Label(label ?? ""),
            keyring: try keyring(),
            verifiesIncoming: verifiesIncoming,
            acceptsPadded: acceptsPadded
        )
    }
}

@Suite("Datagrams of HashiCorp's")
struct DatagramFixtureTests {
    @Test("open to what was sealed, and a version 0 frame is refused unless it is asked for")
    func packetsOpen() throws {
        for line in try Fixtures.lines("packets.jsonl", as: PacketLine.self) {
            var opener = try line.opener()
            let opened = try opener.open(line.hex.bytes.span.bytes, at: 0)
            #expect(Array(opened.payload) == line.inner?.bytes, "\(line.name)")

            guard line.sealedVersion == 0 else { continue }
            var strict = try line.opener(acceptsPadded: false)
            #expect(throws: WireError.paddedEncryptionRefused, "\(line.name)") {
                _ = try strict.open(line.hex.bytes.span.bytes, at: 0)
            }
        }
    }

    @Test("are sealed again in the same layers and the same size, and open again")
    func packetsSeal() throws {
        for line in try Fixtures.lines("packets.jsonl", as: PacketLine.self) {
            let layers = line.layers ?? []
            let inner = try #require(line.inner?.bytes)
            let label = try Label(line.label ?? "")
            let padded = line.sealedVersion == 0
            let keyring = layers.contains("encrypt") ? try line.keyring() : nil
            var sealer = DatagramSealer(
                label: label,
                keyring: keyring,
                compression: layers.contains("compress"),
                padded: padded
            )
            var datagram: [UInt8] = [1, 2, 3]
            try sealer.seal(inner, for: .hashicorp(checksum: layers.contains("crc")), into: &datagram)
            #expect(datagram.count == line.hex.bytes.count, "\(line.name)")
            if keyring == nil { #expect(datagram == line.hex.bytes, "\(line.name)") }

            let overhead = DatagramLayout.overhead(
                label: label,
                encrypted: keyring != nil,
                padded: padded,
                checksum: layers.contains("crc")
            )
            #expect(datagram.count <= inner.count + overhead, "\(line.name)")
            var opener = try line.opener()
            let opened = try opener.open(datagram.span.bytes, at: 0)
            #expect(Array(opened.payload) == inner, "\(line.name)")
        }
    }

    @Test(
        "that are malformed end in a typed error, soon, or in what the note says",
        arguments: [true, false]
    )
    func malformed(acceptsPadded: Bool) throws {
        for line in try Fixtures.lines("malformed.jsonl", as: PacketLine.self) {
            let clock = ContinuousClock()
            let begin = clock.now
            let outcome = Outcome(try line.opener(acceptsPadded: acceptsPadded), line.hex.bytes)
            #expect(begin.duration(to: clock.now) < .seconds(1), "\(line.name)")

            let note = line.note ?? ""
            if note.contains("still handles the parts") {
                #expect(
                    outcome.isTruncated && !outcome.messages.isEmpty && outcome.error == nil,
                    "\(line.name)"
                )
            } else if note.contains("HashiCorp takes it") {
                #expect(outcome.error == nil && outcome.messages.count == 1, "\(line.name)")
            } else if let expected = expectedError(note, acceptsPadded: acceptsPadded) {
                #expect(outcome.error == expected, "\(line.name)")
            } else {
                // Versions that make no sense are read here and refused by the protocol.
                #expect(outcome.error != nil || outcome.hasSenselessVersions, "\(line.name)")
            }
        }
    }

    private func expectedError(_ note: String, acceptsPadded: Bool) -> WireError? {
        let errors: [(words: String, error: WireError)] = [
            ("label of length 0", .malformedLabel), ("label shorter than", .malformedLabel),
            ("none on the packet", .labelMismatch), ("one on the packet", .labelMismatch),
            ("another cluster's label", .labelMismatch), ("AAD no longer matches", .authenticationFailed),
            ("not on the ring", .authenticationFailed), ("checksum does not match", .checksumMismatch),
            ("checksum header cut", .truncated), ("decompresses to nothing", .emptyBody),
            ("MiB of zeros", .limitExceeded),
            ("padding byte", acceptsPadded ? .malformedPadding : .paddedEncryptionRefused),
        ]
        return errors.first { note.contains($0.words) }?.error
    }
}

/// What came of a datagram: its messages up to the first error.
private struct Outcome {
    var messages: [Message] = []
    var isTruncated = false
    var error: WireError?

    init(_ opener: consuming DatagramOpener, _ datagram: [UInt8]) {
        var opener = opener
        do throws(WireError) {
            var opened = try opener.open(datagram.span.bytes, at: 0)
            while let part = try opened.nextPart() {
                messages.append(try Message.decode(part))
            }
            isTruncated = opened.isTruncated
        } catch {
            self.error = error
        }
    }

    var hasSenselessVersions: Bool {
        messages.contains { message in
            guard case .alive(let alive) = message, alive.versions.count >= 2 else { return false }
            let versions = Array(alive.versions.bytes)
            return versions[0] == 0 || versions[1] == 0 || versions[0] > versions[1]
        }
    }
}

extension PacketLine {
    /// The encryption version of a sealed datagram.
    fileprivate var sealedVersion: UInt8? {
        guard layers?.contains("encrypt") == true else { return nil }
        let header = label.map { $0.isEmpty ? 0 : 2 + $0.utf8.count } ?? 0
        return hex.bytes.dropFirst(header).first
    }
}
