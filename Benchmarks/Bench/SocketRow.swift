import Foundation
import Memberlist
import MemberlistWire
import NIOCore
import NIOPosix
import Synchronization

/// Datagrams of 1,400 bytes from one socket to another, as a node's transport sends and receives them.
enum SocketRow {
    private static let datagram = [UInt8](repeating: 7, count: 1_400)
    /// As many as one batch of a node's may well be.
    private static let batch = 16

    static func measure(seconds: Double) async throws -> Figure {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let any = Endpoint(address: IPAddress(ipv4: 0x7f00_0001), port: 0)
        let ports = try await [bind(any, loop), bind(any, loop)]
        let counter = DatagramCounter()
        var room = ReadingRoom(expecting: datagram.count)
        // As a node's is, once it is busy.
        while !room.fit(to: room.batch) {}
        let receiver = try await PortPair.open(ports[0].descriptor, on: loop, room: room) { channel in
            channel.pipeline.addHandler(counter)
        }
        let destination = ports[0].bound
        let sockets = try DatagramSockets([ports[1]])
        let arrived = try await withCheckedThrowingContinuation { continuation in
            let sender = UncheckedSender(sockets: sockets)
            Thread.detachNewThread {
                continuation.resume(returning: sender.send(to: destination, for: seconds, counting: counter))
            }
        }
        sockets.close()
        try await receiver.close()
        for port in ports { try await port.server.close() }
        try await group.shutdownGracefully()
        return Figure(name: "socket", value: arrived, unit: "datagrams/s")
    }

    private static func bind(_ endpoint: Endpoint, _ loop: any EventLoop) async throws -> PortPair {
        try await PortPair.bind([endpoint], on: loop, children: loop) {
            $0.eventLoop.makeSucceededVoidFuture()
        }[0]
    }

    /// The sockets, handed over to one thread.
    private struct UncheckedSender: @unchecked Sendable {
        let sockets: DatagramSockets

        /// Sends without a pause; returns how many arrived in a second, half a second of warming up left out.
        func send(to destination: Endpoint, for seconds: Double, counting counter: DatagramCounter) -> Double
        {
            let clock = ContinuousClock()
            run(until: clock.now + .seconds(0.5), to: destination)
            let (before, start) = (counter.count.load(ordering: .relaxed), clock.now)
            run(until: start + .seconds(seconds), to: destination)
            let (after, end) = (counter.count.load(ordering: .relaxed), clock.now)
            return Double(after - before) / ((end - start) / .seconds(1))
        }

        private func run(until end: ContinuousClock.Instant, to destination: Endpoint) {
            while ContinuousClock.now < end {
                for _ in 0..<SocketRow.batch {
                    _ = sockets.send(SocketRow.datagram, to: destination, named: nil)
                }
                _ = sockets.flush()
            }
        }
    }
}

/// Counts what arrives whole.
final class DatagramCounter: ChannelInboundHandler, Sendable {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    let count = Atomic(0)

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard unwrapInboundIn(data).data.readableBytes == 1_400 else { return }
        count.add(1, ordering: .relaxed)
    }
}
