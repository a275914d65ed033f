import MemberlistWire
import Testing

@Suite("IP address")
struct IPAddressTests {
    @Test("is the same in its mapped form")
    func mapped() throws {
        let plain = try #require(IPAddress("10.0.0.1"))
        #expect(IPAddress("::ffff:10.0.0.1") == plain)
        #expect(plain.isIPv4 && plain.bytes == [10, 0, 0, 1] && "\(plain)" == "10.0.0.1")
        #expect(IPAddress(bytes: plain.bytes) == plain)
    }

    @Test("stands for any in either family", arguments: ["0.0.0.0", "::", "::ffff:0.0.0.0"])
    func unspecified(text: String) throws {
        #expect(try #require(IPAddress(text)).isUnspecified)
    }

    @Test("is one node's otherwise", arguments: ["0.0.0.1", "::1", "10.0.0.0", "fe80::1"])
    func specified(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(!address.isUnspecified && "\(address)" == text)
    }
}
