internal import MemberlistWire
internal import NIOCore

/// One of the node's datagram sockets: what arrives is read where NIO has put it, on the node's own loop.
final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let reader: DatagramReader
    private let handle: DriverHandle
    private let log: NodeLog
    /// What is as long as this may have been cut.
    private var length: Int

    /// Longer than any datagram can be.
    private static let longest = 65_536

    /// - Parameter length: What the channel has room for.
    init(reader: DatagramReader, handle: DriverHandle, log: NodeLog, length: Int) {
        self.reader = reader
        self.handle = handle
        self.log = log
        self.length = length
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let sender = Endpoint(envelope.remoteAddress) else { return }
        if envelope.data.readableBytes >= length { makeRoom(context) }
        envelope.data.withUnsafeReadableBytes { reader.receive(RawSpan(_unsafeBytes: $0), from: sender) }
    }

    /// Peers may be set to send more than this node does: what was cut is lost, and the next one is not.
    private func makeRoom(_ context: ChannelHandlerContext) {
        guard length < Self.longest else { return }
        length = Self.longest
        let room = PortPair.reading(datagramsOf: length)
        context.channel.setOption(.recvAllocator, value: room).whenFailure { [log] error in
            log.warning(.datagramPort, "no room for longer datagrams", ["error": "\(error)"])
        }
        log.debug(
            .datagramPort,
            "a datagram longer than gossip.datagramSize; there is room for such from now on"
        )
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        reader.endBatch()
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
