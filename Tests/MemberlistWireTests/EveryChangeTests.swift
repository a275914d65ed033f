import FixtureSupport
import Testing

@testable import MemberlistWire

/// Every single-bit flip and every truncation of every frame that the golden vectors have.
@Suite("A frame changed anywhere")
struct EveryChangeTests {
    /// What a changed datagram opens to, if to anything.
    private func payload(_ bytes: [UInt8], by opener: inout DatagramOpener) -> [UInt8]? {
        do throws(WireError) {
            var opened = try opener.open(bytes.span.bytes, at: 0)
            let payload = Array(opened.payload)
            while let part = try opened.nextPart() {
                do throws(WireError) { _ = try Message.decode(part) } catch { continue }
            }
            return payload
        } catch {
            return nil
        }
    }

    /// Bytes that nothing protects in HashiCorp's dialect: the type byte in front of a checksum in plaintext, and
    /// the version of a sealed frame, which says whether its plaintext is padded.
    private func unprotected(_ line: PacketLine) throws -> Int? {
        let label = try Label(line.label ?? "").headerCount
        let layers = line.layers ?? []
        return layers.contains("encrypt") || layers.contains("crc") ? label : nil
    }

    @Test("as a datagram opens to nothing else, where it is sealed or checksummed")
    func datagrams() throws {
        var changes = 0
        for line in try Fixtures.lines("packets.jsonl", as: PacketLine.self) {
            let unprotected = try unprotected(line)
            let intact = try #require(line.inner?.bytes)
            var opener = try line.opener()
            var bytes = line.hex.bytes
            for bit in 0..<bytes.count * 8 {
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                let said = payload(bytes, by: &opener)
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                changes += 1
                guard let unprotected, let said, bit / 8 != unprotected else { continue }
                #expect(said == intact, "\(line.name), bit \(bit)")
            }
            for count in 0..<bytes.count {
                let said = payload(Array(bytes.prefix(count)), by: &opener)
                changes += 1
                if unprotected != nil { #expect(said == nil, "\(line.name), \(count) bytes") }
            }
        }
        #expect(changes > 80_000)
    }

    @Test("as a version of a sealed datagram opens to what was sealed, with its pad at most")
    func versions() throws {
        for line in try Fixtures.lines("packets.jsonl", as: PacketLine.self)
        where line.layers?.contains("encrypt") == true {
            let place = try #require(try unprotected(line))
            let keyring = try #require(try line.keyring())
            let label = try Label(line.label ?? "").bytes
            var frame = Array(line.hex.bytes[place...])
            let sealed = try keyring.opened(frame, acceptsPadded: true, label: label)
            frame[0] ^= 1
            guard let plain = try? keyring.opened(frame, acceptsPadded: true, label: label) else { continue }
            let pad = abs(plain.count - sealed.count)
            #expect(pad <= 16 && plain.prefix(sealed.count) == sealed.prefix(plain.count), "\(line.name)")
        }
    }

    @Test("as a stream opens to nothing else, where it is sealed")
    func streams() throws {
        var changes = 0
        for vector in try Fixtures.lines("streams.jsonl", as: StreamVector.self)
        where vector.isEncrypted {
            let keyring = try #require(try vector.keyring())
            let version = (vector.label ?? "").isEmpty ? 5 : 7 + (vector.label ?? "").utf8.count
            var bytes = vector.hex.bytes
            for bit in 0..<bytes.count * 8 where bit / 8 != version {
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                #expect(try read(bytes, vector, keyring) == nil, "\(vector.name), bit \(bit)")
                bytes[bit / 8] ^= 1 << UInt8(bit % 8)
                changes += 1
            }
            for count in 0..<bytes.count {
                #expect(
                    try read(Array(bytes.prefix(count)), vector, keyring) == nil,
                    "\(vector.name), \(count) bytes"
                )
            }
        }
        #expect(changes > 300_000)
    }

    private func read(_ bytes: [UInt8], _ vector: StreamVector, _ keyring: Keyring) throws -> StreamMessage? {
        var opener = StreamOpener(
            label: try vector.labelValue(),
            keyring: keyring,
            acceptsPadded: true,
            direction: .inbound
        )
        opener.feed(bytes)
        do throws(WireError) { return try opener.next() } catch { return nil }
    }
}
