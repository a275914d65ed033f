import Testing

@testable import MemberlistWire

@Suite("Checksum")
struct ChecksumTests {
    @Test("is IEEE's CRC-32")
    func knownValues() {
        let digits = Array("123456789".utf8)
        let crc = Checksum.crc32(digits.span.bytes)
        #expect(crc == 0xCBF4_3926)
        let nothing = Checksum.crc32(RawSpan())
        #expect(nothing == 0)
    }
}
