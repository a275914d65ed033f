import MemberlistWire
import NIOCore
import Testing

@testable import Memberlist

/// Datagrams that leave together.
@Suite(.timeLimit(.minutes(2)))
struct DatagramRunTests {
    private func endpoint(_ port: UInt16) -> Endpoint {
        Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: port)
    }

    @Test func onlyWhatIsAsLongAndForTheSameReceiverGoesTogether() {
        var run = DatagramRun()
        let (here, there) = (endpoint(1), endpoint(2))
        let taken = [
            run.append([1, 2], to: here), run.append([3, 4], to: here), run.append([5], to: here),
            run.append([5, 6, 7], to: here), run.append([5, 6], to: there),
        ]
        #expect(taken == [true, true, false, false, false])
        #expect(run.count == 2 && run.bytes == [1, 2, 3, 4] && run.length == 2 && run.receiver == here)
        run.removeAll()
        #expect(run.isEmpty)
        let isTaken = run.append([5], to: there)
        #expect(isTaken && run.bytes == [5] && run.receiver == there)
    }

    @Test func aRunIsNoLongerThanTheSystemCutsUp() {
        var run = DatagramRun()
        while run.append([1], to: endpoint(1)) {}
        #expect(run.count == 64)
        run.removeAll()
        while run.append([UInt8](repeating: 1, count: 1_400), to: endpoint(1)) {}
        #expect(run.count == 46 && run.bytes.count < 65_507)
    }

    /// Each arrives as it was, in order, whatever went with it.
    @Test func eachArrivesAsItWas() async throws {
        let inbox = Inbox()
        let receiver = try await bindDatagram(0, inbox: inbox)
        let port = try #require(receiver.localAddress?.port)
        let lengths = [30, 30, 30, 1_400, 1_400, 7, 30, 30, 1_400, 1_400, 1_400, 1]
        let sent = lengths.enumerated().map { [UInt8](repeating: UInt8($0.offset), count: $0.element) }
        try send(sent, to: endpoint(UInt16(port)))
        let arrived = try await within(.seconds(20)) {
            var arrived: [[UInt8]] = []
            for await datagram in inbox.arrived.stream {
                arrived.append(datagram)
                if arrived.count == lengths.count { break }
            }
            return arrived
        }
        #expect(arrived == sent)
        try await receiver.close()
    }

    private func send(_ datagrams: [[UInt8]], to endpoint: Endpoint) throws {
        let socket = DatagramSocket(
            descriptor: try bindSocket(.datagram, 0, "127.0.0.1"),
            reach: .init(isIPv4: true, takesMapped: false),
            isLoopback: true
        )
        for datagram in datagrams { #expect(socket.queue(datagram, to: endpoint) == 0) }
        #expect(socket.flush() == 0)
    }
}
