import NIOCore
import NIOPosix
import Testing

@testable import Memberlist

/// Who gives way when peers open more streams, or hold more bytes, than there is room for.
@Suite(.timeLimit(.minutes(10)))
struct StreamSeatsTests {
    private final class Stream {}

    /// Seats, and the streams on them, which stay alive: they are known by where they lie.
    private final class Room {
        var seats = StreamSeats()
        var streams: [Stream] = []

        /// The stream's number.
        func take(_ host: UInt32, at now: Int64 = 0) -> Int {
            streams.append(Stream())
            seats.take(id(streams.count - 1), from: StreamSeatsTests.host(host), at: now)
            return streams.count - 1
        }

        func id(_ number: Int) -> StreamSeats.ID { StreamSeats.ID(streams[number]) }

        func givingWay(to host: UInt32, at now: Int64) -> Int? {
            let other = seats.givingWay(to: StreamSeatsTests.host(host), at: now)
            return other.flatMap { other in streams.firstIndex { StreamSeats.ID($0) == other } }
        }

        func hold(_ bytes: Int, by number: Int) -> Bool { seats.hold(bytes, by: id(number)) }
    }

    private static func host(_ number: UInt32) -> IPAddress { IPAddress(ipv4: 0x0a00_0000 + number) }

    @Test func whoHasFarMoreGivesWayAtOnce() {
        let lead = Limits.streamLead
        for (count, gives) in [(lead - 1, false), (lead, false), (lead + 1, true)] {
            let room = Room()
            let streams = (0..<count).map { _ in room.take(1) }
            for host in 2...20 as ClosedRange<UInt32> { _ = room.take(host) }
            #expect(room.givingWay(to: 30, at: 1) == (gives ? streams[0] : nil), "\(count)")
            // Not for more of its own, nor for one that has nearly as many.
            #expect(room.givingWay(to: 1, at: 1) == nil && room.givingWay(to: 2, at: 1) == nil)
            // Those that have brought their message give way to nobody, and do not count.
            for stream in streams { room.seats.settle(room.id(stream)) }
            #expect(room.givingWay(to: 30, at: 1) == nil)
            #expect(room.seats.count == count + 19)
        }
    }

    @Test func whoIsSilentGivesWayAfterAWhile() {
        let room = Room()
        _ = room.take(1, at: 10)
        let oldest = room.take(2, at: 0)
        _ = room.take(3, at: 20)
        let grace = Limits.streamGraceNanoseconds
        #expect(room.givingWay(to: 1, at: grace - 1) == nil)
        #expect(room.givingWay(to: 1, at: grace) == oldest)
        #expect(room.givingWay(to: 1, at: grace + 1) == oldest)
        room.seats.leave(room.id(oldest))
        #expect(room.givingWay(to: 1, at: grace + 10) == 0)
    }

    /// A host has 2^64 addresses of IPv6, and is one all the same.
    @Test func aNetworkOfIPv6IsOneAddress() {
        var seats = StreamSeats()
        let streams = (0...Limits.streamLead).map { _ in Stream() }
        for (number, stream) in streams.enumerated() {
            let address = IPAddress(high: 0x2001_0db8 << 32, low: UInt64(number))
            seats.take(StreamSeats.ID(stream), from: address, at: 0)
        }
        #expect(seats.givingWay(to: Self.host(1), at: 0) == StreamSeats.ID(streams[0]))
    }

    @Test func allTogetherHoldNoMoreThanTheBudget() {
        let room = Room()
        let (one, two) = (room.take(1), room.take(1))
        let limit = Limits.streamsTogether + Limits.streamOrigin
        #expect(!room.hold(limit + 1, by: one))
        #expect(room.hold(limit - 1, by: one))
        #expect(!room.hold(2, by: two) && room.hold(1, by: two) && !room.hold(2, by: two))
        #expect(room.hold(limit - 11, by: one))
        #expect(!room.hold(12, by: two) && room.hold(11, by: two))
        room.seats.leave(room.id(one))
        #expect(room.hold(limit, by: two))
        room.seats.settle(room.id(two))
        let three = room.take(3)
        #expect(room.hold(limit, by: three))
    }

    @Test func whoTakesEverythingLeavesTheOthersTheirPart() {
        let room = Room()
        let greedy = room.take(0)
        #expect(room.hold(Limits.streamsTogether + Limits.streamOrigin, by: greedy))
        for host in 1...40 as ClosedRange<UInt32> {
            let stream = room.take(host)
            let hasPart = host < Limits.streamOrigins
            #expect(room.hold(Limits.streamOrigin, by: stream) == hasPart, "\(host)")
            #expect(!room.hold(Limits.streamOrigin + 1, by: stream))
            // A second stream from there has nothing of its own.
            #expect(!room.hold(1, by: room.take(host)))
        }
        // A part that is given back is the next one's.
        room.seats.leave(room.id(1))
        #expect(room.hold(Limits.streamOrigin, by: room.take(99)))
    }

    #if os(Linux)
    /// The machine has all of 127.0.0.0/8: one address takes every stream there is and says nothing, and another
    /// joins all the same.
    @Test func aFloodFromOneAddressKeepsNobodyOut() async throws {
        let key = try SecretKey.random()
        let configurations = ["a", "b"].map { name in
            local(name, host: name == "a" ? "0.0.0.0" : "127.0.0.1") {
                $0.advertiseHost = "127.0.0.1"
                $0.keyring = Keyring(primary: key)
                $0.streams.maximumInbound = 16
            }
        }
        try await withNodes(configurations) { nodes in
            let port = Int(nodes[0].localMember.endpoint.port)
            var channels: [any Channel] = []
            for _ in 0..<64 {
                channels.append(
                    try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                        .bind(to: SocketAddress(ipAddress: "127.0.0.9", port: 0))
                        .connect(host: "127.0.0.1", port: port).get()
                )
            }
            let results = await nodes[1].join(["127.0.0.1:\(port)"])
            #expect(results.map(\.succeeded) == [true], "\(results)")
            for channel in channels { try? await channel.close() }
        }
    }
    #endif
}
