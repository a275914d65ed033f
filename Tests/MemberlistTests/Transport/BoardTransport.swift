import Memberlist
import Synchronization

// The custom transport of the documentation's article, line by line: `TransportExampleTests` compares them.

final class Switchboard: Sendable {
    private let receivers = Mutex<[Endpoint: any TransportReceiver]>([:])

    func receiver(at endpoint: Endpoint) -> (any TransportReceiver)? {
        receivers.withLock { $0[endpoint] }
    }

    func set(_ receiver: (any TransportReceiver)?, at endpoint: Endpoint) {
        receivers.withLock { $0[endpoint] = receiver }
    }
}

struct BoardTransport: MemberlistTransport {
    let board: Switchboard
    let endpoint: Endpoint

    func start(_ receiver: any TransportReceiver) async throws -> Endpoint {
        board.set(receiver, at: endpoint)
        return endpoint
    }

    func send(_ datagram: [UInt8], to peer: Endpoint) -> Bool {
        guard let receiver = board.receiver(at: peer) else { return false }
        receiver.receive(datagram, from: endpoint)
        return true
    }

    func connect(to peer: Endpoint, until deadline: ContinuousClock.Instant) async throws
        -> any MemberlistStream
    {
        guard let receiver = board.receiver(at: peer) else { throw MemberlistError.unreachable }
        let (there, back) = (
            AsyncStream.makeStream(of: [UInt8].self), AsyncStream.makeStream(of: [UInt8].self)
        )
        receiver.accept(BoardStream(input: there, output: back.continuation), from: endpoint)
        return BoardStream(input: back, output: there.continuation)
    }

    func shutdown() async {
        board.set(nil, at: endpoint)
    }
}

struct BoardStream: MemberlistStream {
    let input: (stream: AsyncStream<[UInt8]>, continuation: AsyncStream<[UInt8]>.Continuation)
    let output: AsyncStream<[UInt8]>.Continuation

    func read() async throws -> [UInt8]? {
        for await chunk in input.stream { return chunk }
        return nil
    }

    func write(_ bytes: [UInt8]) async throws {
        if case .terminated = output.yield(bytes) { throw MemberlistError.unreachable }
    }

    func closeOutput() {
        output.finish()
    }

    func close() {
        output.finish()
        input.continuation.finish()
    }
}
