import MemberlistWire
import Testing

@Suite("Key identifier")
struct KeyIDTests {
    @Test("is read from 16 hexadecimal digits and from nothing else")
    func reading() {
        #expect(KeyID("00000000000000ff") == KeyID(rawValue: 255))
        #expect(KeyID("FFFFFFFFFFFFFFFF") == KeyID(rawValue: .max))
        for text in [
            "", "ff", "00000000000000fff", "+0000000000000ff", "-0000000000000ff", " 0000000000000ff",
            "0x000000000000ff", "000000000000000g",
        ] {
            #expect(KeyID(text) == nil, "\(text)")
        }
    }
}
