import MemberlistWire
import Testing

@testable import Memberlist

@Suite struct AddressTextTests {
    @Test(
        arguments: [
            ("10.0.0.1", "10.0.0.1", nil), ("10.0.0.1:7946", "10.0.0.1", 7946), ("::1", "::1", nil),
            ("[::1]", "::1", nil), ("[::1]:7946", "::1", 7946), ("fe80::1:7946", "fe80::1:7946", nil),
            ("::ffff:10.0.0.1", "10.0.0.1", nil),
        ] as [(String, String, UInt16?)]
    )
    func readsAddresses(text: String, address: String, port: UInt16?) throws {
        let read = try #require(AddressText(text))
        #expect(read.host == .address(try #require(IPAddress(address))))
        #expect(read.port == port)
    }

    @Test(
        arguments: [
            ("seed", "seed", nil), ("seed.example:1", "seed.example", 1),
            ("a_b-c.d:65535", "a_b-c.d", 65_535),
        ] as [(String, String, UInt16?)]
    )
    func readsHostNames(text: String, name: String, port: UInt16?) throws {
        let read = try #require(AddressText(text))
        #expect(read.host == .name(name))
        #expect(read.port == port)
    }

    @Test(arguments: [
        "", ":", ":7946", "[::1", "[]:1", "[10.0.0.1", "[::1]7946", "[::1]:", "seed:", "seed:0", "seed:65536",
        "seed:+1", "seed:-1", "a b", "seed/x", "a:b:c", "[seed]:1", "é",
    ])
    func refusesWhatIsNone(text: String) {
        #expect(AddressText(text) == nil)
    }
}
