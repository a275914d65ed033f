import MemberlistWire
import Testing

@testable import Memberlist

@Suite struct JoinAddressTests {
    @Test(
        arguments: [
            ("10.0.0.1", nil, "10.0.0.1", nil), ("10.0.0.1:7946", nil, "10.0.0.1", 7946),
            ("::1", nil, "::1", nil), ("[::1]", nil, "::1", nil), ("[::1]:7946", nil, "::1", 7946),
            ("::ffff:10.0.0.1", nil, "10.0.0.1", nil),
            ("web-1/10.0.0.1:7946", "web-1", "10.0.0.1", 7946), ("web-1/::1", "web-1", "::1", nil),
            ("web-1/[::1]:1", "web-1", "::1", 1), ("rack/web-1/10.0.0.1", "rack/web-1", "10.0.0.1", nil),
            ("läufer 1/10.0.0.1", "läufer 1", "10.0.0.1", nil),
        ] as [(String, String?, String, UInt16?)]
    )
    func addresses(text: String, name: String?, address: String, port: UInt16?) throws {
        let read = try JoinAddress(text)
        #expect(read.place == .address(try #require(IPAddress(address))))
        #expect(read.name == name.map { NodeName($0) })
        #expect(read.port == port)
    }

    @Test("Trap 18: an IPv6 address without brackets has no port, whatever it ends in")
    func bareIPv6() throws {
        let read = try JoinAddress("fe80::1:7946")
        #expect(read.place == .address(try #require(IPAddress("fe80::1:7946"))))
        #expect(read.port == nil)
        #expect(throws: AddressFault.bareIPv6) { try JoinAddress("2001:db8::1:7946:") }
        #expect("\(AddressFault.bareIPv6)".contains("[::1]:7946"))
        #expect(throws: AddressFault.zone) { try JoinAddress("fe80::1%eth0") }
        #expect(throws: AddressFault.zone) { try JoinAddress("web-1/[fe80::1%2]:7946") }
    }

    @Test(
        arguments: [
            ("seed", nil, "seed", nil), ("seed.example:1", nil, "seed.example", 1),
            ("seed.example.", nil, "seed.example.", nil), ("web-1/seed:2", "web-1", "seed", 2),
            ("_dmz.example", nil, "_dmz.example", nil), ("my_app_1:3", nil, "my_app_1", 3),
        ] as [(String, String?, String, UInt16?)]
    )
    func hosts(text: String, name: String?, host: String, port: UInt16?) throws {
        let read = try JoinAddress(text)
        #expect(read.place == .host(host))
        #expect(read.name == name.map { NodeName($0) })
        #expect(read.port == port)
    }

    @Test(
        arguments: [
            ("_memberlist._tcp.example.org", "_memberlist._tcp.example.org", nil),
            ("_memberlist._tcp", "_memberlist._tcp", nil),
            ("_memberlist._tcp.example.org:8000", "_memberlist._tcp.example.org", 8_000),
            ("srv+members.service.consul", "members.service.consul", nil),
            ("srv+_m._tcp.x:1", "_m._tcp.x", 1), ("srv+members", "members", nil),
        ] as [(String, String, UInt16?)]
    )
    func services(text: String, service: String, port: UInt16?) throws {
        let read = try JoinAddress(text)
        #expect(read.place == .service(service))
        #expect(read.port == port)
    }

    @Test(arguments: [
        ("", AddressFault.empty), ("/10.0.0.1", .badName), ("web-1/", .empty), ("web-1/:7946", .noHost),
        ("\(String(repeating: "n", count: 256))/10.0.0.1", .badName), ("10.0.0.0/8", .badHost),
        ("srv+10.0.0.1", .badService), ("srv+[::1]:1", .badService), ("srv+", .empty), ("srv+:1", .noHost),
        ("a:0", .portZero), ("0.0.0.0:7946", .unspecified), ("[::]:7946", .unspecified),
        (":7946", .noHost), ("seed:", .badPort), ("seed:65536", .badPort), ("a b", .badHost),
        ("dns+a:1", .badHost),
    ])
    func whatIsNoAddress(text: String, fault: AddressFault) {
        #expect(throws: fault) { try JoinAddress(text) }
    }

    @Test func everyFaultSaysWhatToWrite() {
        let words = AddressFault.allCases.map(\.description)
        #expect(Set(words).count == words.count)
        #expect(words.allSatisfy { $0.count > 20 })
    }
}
