internal import MemberlistWire
internal import NIOCore

/// One of the node's datagram sockets: what arrives is read where NIO has put it, on the node's own loop.
final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let reader: DatagramReader
    private let handle: DriverHandle
    private let log: NodeLog
    private var room: ReadingRoom
    /// Datagrams since the last batch ended.
    private var count = 0

    /// - Parameter room: What the channel reads into.
    init(reader: DatagramReader, handle: DriverHandle, log: NodeLog, room: ReadingRoom) {
        self.reader = reader
        self.handle = handle
        self.log = log
        self.room = room
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let sender = Endpoint(envelope.remoteAddress) else { return }
        count += 1
        if envelope.data.readableBytes >= room.length { lengthen(context) }
        envelope.data.withUnsafeReadableBytes { reader.receive(RawSpan(_unsafeBytes: $0), from: sender) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if room.fit(to: count) { readInto(room, context) }
        count = 0
        reader.endBatch()
    }

    /// Peers may be set to send more than this node does: what was cut is lost, and the next one is not.
    private func lengthen(_ context: ChannelHandlerContext) {
        guard room.lengthen() else { return }
        readInto(room, context)
        log.debug(
            .datagramPort,
            "a datagram longer than gossip.datagramSize; there is room for such from now on"
        )
    }

    private func readInto(_ room: ReadingRoom, _ context: ChannelHandlerContext) {
        let channel = context.channel
        channel.setOption(.recvAllocator, value: room.allocator)
            .and(channel.setOption(.datagramVectorReadMessageCount, value: room.batch))
            .whenFailure { [log] error in
                log.warning(.datagramPort, "no room for more datagrams", ["error": "\(error)"])
            }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if handle.driver != nil {
            log.warning(.datagramPort, "the datagram port was closed under a running node; restart it")
        }
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        log.warning(.datagramPort, "datagram port", ["error": "\(error)"])
    }
}
