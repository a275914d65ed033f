internal import MemberlistWire
internal import NIOCore

/// One of the node's datagram sockets: what arrives is read where NIO has put it, on the node's own loop.
final class DatagramHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let reader: DatagramReader
    private let handle: DriverHandle
    private let log: NodeLog

    init(reader: DatagramReader, handle: DriverHandle, log: NodeLog) {
        self.reader = reader
        self.handle = handle
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let envelope = unwrapInboundIn(data)
        guard let sender = Endpoint(envelope.remoteAddress) else { return }
        envelope.data.withUnsafeReadableBytes { reader.receive(RawSpan(_unsafeBytes: $0), from: sender) }
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
