import MemberlistWire
import Testing

@Suite("Capabilities")
struct CapabilitiesTests {
    @Test("are the seventh version byte's, without bits of later suites")
    func reading() {
        func read(_ more: UInt8...) -> Capabilities {
            Capabilities(versions: WireBytes([1, 5, 2, 0, 0, 0] + more))
        }
        #expect(read() == [])
        #expect(read(0) == [])
        #expect(read(1) == .encryption)
        #expect(read(2) == .dictionary)
        #expect(read(0xff) == .all)
        #expect(read(0xfc, 3) == [])
        #expect(Capabilities(versions: .null) == [])
    }
}
