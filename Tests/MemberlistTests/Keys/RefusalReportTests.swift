import MemberlistWire
import Testing

@testable import Memberlist

/// What is said of frames that cannot be opened: once for each key and sender, and within bounds.
@Suite struct RefusalReportTests {
    private static func endpoint(_ number: UInt32) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: 0x0a00_0000 + number), port: 7946)
    }

    private struct Teller {
        var report = RefusalReport()
        let lines = LogLines()
        let ring: Keyring

        /// Without the bound on lines a second, which is another's.
        mutating func tell(_ error: WireError, from number: UInt32, isMember: Bool = false) throws {
            let fault = try #require(RefusalReport.Fault(error))
            let endpoint = RefusalReportTests.endpoint(number)
            report.tell(fault, from: endpoint, ring: ring, in: NodeLog(lines.logger)) {
                isMember
            } sender: {
                RefusalReport.Sender(endpoint: endpoint, member: isMember ? "m" : nil)
            }
        }
    }

    @Test func onceForEachKeyAndSenderAndAnewAfterAChange() throws {
        var teller = Teller(ring: Keyring(primary: try SecretKey.random()))
        for _ in 0..<3 {
            for key in [1, 2] as [UInt64] {
                try teller.tell(.unknownKey(KeyID(rawValue: key)), from: 1)
                try teller.tell(.unknownKey(KeyID(rawValue: key)), from: 2, isMember: true)
            }
            try teller.tell(.authenticationFailed, from: 1)
        }
        #expect(teller.lines.all.count == 5)
        #expect(
            teller.lines.having("not on this ring", "key=0000000000000001", "from=10.0.0.1:7946").count == 1
        )
        #expect(teller.lines.having("not on this ring", "key=0000000000000002", "member=m").count == 1)
        let ids = "keys=\(teller.ring.keyIDs[0])"
        #expect(teller.lines.having("no key of this ring", ids, "from=10.0.0.1:7946").count == 1)

        teller.ring.add(try SecretKey.random())
        for _ in 0..<3 { try teller.tell(.authenticationFailed, from: 1) }
        #expect(teller.lines.all.count == 6)
    }

    @Test func strangersDoNotTakeTheMembersRoom() throws {
        var teller = Teller(ring: Keyring(primary: try SecretKey.random()))
        for number in 0..<2_000 as Range<UInt32> { try teller.tell(.authenticationFailed, from: number) }
        let strangers = teller.lines.all.count
        #expect(strangers == 256)
        for number in 0..<2_000 as Range<UInt32> {
            try teller.tell(.unknownKey(KeyID(rawValue: 1)), from: number, isMember: true)
        }
        #expect(teller.lines.all.count == 2 * strangers)
    }

    /// A line that the log has no room for is not lost.
    @Test func whatWasNotWrittenIsToldLater() throws {
        var report = RefusalReport()
        let lines = LogLines()
        let log = NodeLog(lines.logger)
        func tell(_ number: UInt32) {
            report.tell(.noKeyOpens, from: Self.endpoint(number), ring: nil, in: log) {
                false
            } sender: {
                RefusalReport.Sender(endpoint: Self.endpoint(number))
            }
        }
        let deadline = ContinuousClock.now + .seconds(20)
        while lines.all.count < 12, ContinuousClock.now < deadline { (1...12).forEach(tell) }
        #expect(lines.all.count == 12)
        #expect((1...12).allSatisfy { lines.having("from=10.0.0.\($0):7946").count == 1 })
    }

    @Test func whatNobodyCanMendIsNotTold() {
        for error in [WireError.truncated, .replayed, .labelMismatch, .unknownEncryptionVersion(3)] {
            #expect(RefusalReport.Fault(error) == nil)
        }
    }
}
