import MemberlistWire
import Testing

@Suite("SecretBuffer")
struct SecretBufferTests {
    @Test("fills up to its room, and is changed where it is")
    func filling() throws {
        var buffer = try SecretBuffer(capacity: 5)
        buffer.append("abc")
        let room = buffer.append { room in
            room[0] = UInt8(ascii: "d")
            return room.count - 1
        }
        #expect(room == 1 && buffer.count == 4 && buffer.capacity == 5)
        buffer.withUnsafeMutableBytes { $0[0] = UInt8(ascii: "x") }
        #expect(buffer.withUnsafeBytes { Array($0) } == Array("xbcd".utf8))
    }

    @Test("forgets what it held")
    func forgetting() throws {
        var buffer = try SecretBuffer(capacity: 8)
        buffer.append("12345678")
        buffer.removeAll()
        #expect(buffer.count == 0)
        buffer.append { room in
            #expect(room.allSatisfy { $0 == 0 })
            return room.count
        }
        #expect(buffer.count == 8)
    }

    @Test("may have no room")
    func empty() throws {
        var buffer = try SecretBuffer(capacity: 0)
        #expect(buffer.append { $0.count } == 0)
        #expect(buffer.withUnsafeBytes { $0.count } == 0)
    }
}
