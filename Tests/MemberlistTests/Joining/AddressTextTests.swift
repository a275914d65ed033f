import MemberlistWire
import Testing

@testable import Memberlist

@Suite struct AddressTextTests {
    @Test(
        arguments: [
            ("10.0.0.1:7946", "10.0.0.1", 7946), ("10.0.0.1", "10.0.0.1", nil), ("[::1]:7946", "::1", 7946),
            ("[::1]", "::1", nil), ("::1", "::1", nil), ("fe80::1", "fe80::1", nil), ("web-1:1", "web-1", 1),
            ("seed_1.example.", "seed_1.example.", nil), ("localhost:0", "localhost", 0),
            ("1.example:65535", "1.example", 65_535), ("a_b-c.d:65535", "a_b-c.d", 65_535),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.1", nil),
        ] as [(String, String, UInt16?)]
    )
    func whatPeopleWrite(text: String, host: String, port: UInt16?) throws {
        #expect(try AddressText(parsing: text) == AddressText(host: host, port: port))
    }

    @Test(arguments: [
        ("", AddressFault.empty), ("10.0.0.1:", .badPort), ("10.0.0.1:x", .badPort),
        ("10.0.0.1:65536", .badPort),
        ("10.0.0.1:-1", .badPort), ("10.0.0.1:+1", .badPort), ("10.0.0.1: 1", .badPort),
        ("10.0.0.256:1", .badHost), ("999.999.999.999", .badHost), ("10.0.0:1", .badHost),
        ("a b:1", .badHost), ("a b", .badHost),
        ("-a:1", .badHost), ("a..b:1", .badHost), ("ä:1", .badHost), ("a/b", .badHost),
        ("http://a", .badPort), ("[seed]:1", .badHost),
        ("[::1", .bareIPv6), ("[::1]7946", .bareIPv6), ("[::1]:", .badPort), ("[1.2.3.4]:1", .badHost),
        ("[]:1", .badHost), ("fe80::1%eth0", .zone), ("[fe80::1%eth0]:1", .zone), ("1:2:3", .bareIPv6),
    ])
    func whatIsNoAddress(text: String, fault: AddressFault) {
        #expect(throws: fault) { try AddressText(parsing: text) }
    }

    @Test func listeningNeedsAPort() throws {
        #expect(try AddressText(binding: "127.0.0.1:0").port == 0)
        #expect(try AddressText(binding: ":7946") == AddressText(host: "0.0.0.0", port: 7946))
        #expect(throws: AddressFault.noPort) { try AddressText(binding: "127.0.0.1") }
        #expect(throws: AddressFault.bareIPv6) { try AddressText(binding: "::1:7946") }
    }

    @Test func joiningNeedsAHostAndAPortThatIsOne() throws {
        #expect(try AddressText(joining: "a").description == "a")
        #expect(try AddressText(joining: "[::1]:6").description == "[::1]:6")
        #expect(throws: AddressFault.noHost) { try AddressText(joining: ":7946") }
        #expect(throws: AddressFault.portZero) { try AddressText(joining: "a:0") }
    }

    @Test func nobodyAdvertisesEveryAddress() {
        #expect(throws: AddressFault.unspecified) { try AddressText(advertising: "0.0.0.0:1") }
        #expect(throws: AddressFault.unspecified) { try AddressText(advertising: "[::]:1") }
    }
}
