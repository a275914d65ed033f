import MemberlistWire
import Testing

/// Names and addresses are compared by words: at each length, and with each byte changed.
@Suite struct EqualBytesTests {
    private static func equal(_ one: [UInt8], _ two: [UInt8]) -> Bool {
        one.withUnsafeBytes { one in two.withUnsafeBytes { one.equalsBytes(of: $0) } }
    }

    @Test func equalAtEachLength() {
        for count in 0...80 {
            let bytes = (0..<count).map { UInt8($0) }
            #expect(Self.equal(bytes, bytes.map { $0 }))
            #expect(!Self.equal(bytes, bytes + [0]))
        }
    }

    @Test func eachByteCounts() {
        for count in 1...80 {
            let bytes = (0..<count).map { UInt8($0) }
            for place in bytes.indices {
                var other = bytes
                other[place] ^= 0x80
                #expect(!Self.equal(bytes, other), "byte \(place) of \(count)")
            }
        }
    }
}
