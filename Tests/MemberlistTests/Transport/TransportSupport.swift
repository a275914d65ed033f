import Logging
import Memberlist
import Synchronization
import Testing

func endpoint(_ address: String, _ port: UInt16 = 7946) throws -> Endpoint {
    Endpoint(address: try #require(IPAddress(address)), port: port)
}

extension Memberlist {
    /// Until the member is what it should be, woken by events.
    func sees(_ name: NodeName, _ state: MemberState, within limit: Duration = .seconds(60)) async throws {
        let events = events
        if member(named: name)?.state == state { return }
        try await events.first(within: limit) { [self] _ in member(named: name)?.state == state }
    }
}

/// A transport around another that keeps what goes over the wire.
final class Tap: MemberlistTransport {
    let inner: any MemberlistTransport
    private let seen = Mutex<(datagrams: [[UInt8]], streams: [[UInt8]])>(([], []))

    init(_ inner: any MemberlistTransport) {
        self.inner = inner
    }

    var datagrams: [[UInt8]] { seen.withLock(\.datagrams) }
    /// What was first written on each stream that was opened.
    var openings: [[UInt8]] { seen.withLock(\.streams) }

    func start(_ receiver: any TransportReceiver) async throws -> Endpoint { try await inner.start(receiver) }

    func send(_ datagram: [UInt8], to peer: Endpoint) -> Bool {
        seen.withLock { $0.datagrams.append(datagram) }
        return inner.send(datagram, to: peer)
    }

    func connect(to peer: Endpoint, until deadline: ContinuousClock.Instant) async throws
        -> any MemberlistStream
    {
        TappedStream(inner: try await inner.connect(to: peer, until: deadline), tap: self)
    }

    func shutdown() async { await inner.shutdown() }

    fileprivate func opened(_ bytes: [UInt8]) {
        seen.withLock { $0.streams.append(bytes) }
    }
}

private struct TappedStream: MemberlistStream {
    let inner: any MemberlistStream
    let tap: Tap

    func read() async throws -> [UInt8]? { try await inner.read() }
    func write(_ bytes: [UInt8]) async throws {
        tap.opened(bytes)
        try await inner.write(bytes)
    }
    func closeOutput() { inner.closeOutput() }
    func close() { inner.close() }
}

/// A transport that goes nowhere, for what a test itself hands to the node.
final class Injector: MemberlistTransport {
    let endpoint: Endpoint
    let sent = Mutex<[(datagram: [UInt8], to: Endpoint)]>([])
    private let receiving = Mutex<(any TransportReceiver)?>(nil)
    private let ends = Mutex(0)

    init(at endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    var receiver: (any TransportReceiver)? { receiving.withLock { $0 } }
    var shutdowns: Int { ends.withLock { $0 } }

    func start(_ receiver: any TransportReceiver) async throws -> Endpoint {
        receiving.withLock { $0 = receiver }
        return endpoint
    }

    func send(_ datagram: [UInt8], to peer: Endpoint) -> Bool {
        sent.withLock { $0.append((datagram, peer)) }
        return true
    }

    /// Never succeeds: it waits for what ends it.
    func connect(to peer: Endpoint, until deadline: ContinuousClock.Instant) async throws
        -> any MemberlistStream
    {
        try await Task.sleep(for: .seconds(3_600))
        throw MemberlistError.unreachable
    }

    func shutdown() async {
        receiving.withLock { $0 = nil }
        ends.withLock { $0 += 1 }
    }
}

/// A stream that says what a test wants, and tells when it was closed.
final class ScriptedStream: MemberlistStream {
    /// What is read next; nil: silence until the close.
    private let script: @Sendable (_ index: Int) async throws -> [UInt8]?
    private let state = Mutex<(reads: Int, written: [UInt8], isClosed: Bool)>((0, [], false))
    private let end = AsyncStream<Void>.makeStream()

    init(_ script: @escaping @Sendable (_ index: Int) async throws -> [UInt8]?) {
        self.script = script
    }

    /// Says it all at once, and then nothing.
    convenience init(saying bytes: [UInt8]) {
        self.init { $0 == 0 && !bytes.isEmpty ? bytes : nil }
    }

    var reads: Int { state.withLock(\.reads) }
    var written: [UInt8] { state.withLock(\.written) }
    var isClosed: Bool { state.withLock(\.isClosed) }

    func read() async throws -> [UInt8]? {
        let index = state.withLock { state in
            defer { state.reads += 1 }
            return state.reads
        }
        if let bytes = try await script(index) { return bytes }
        for await _ in end.stream {}
        throw MemberlistError.unreachable
    }

    func write(_ bytes: [UInt8]) async throws { state.withLock { $0.written += bytes } }
    func closeOutput() {}

    func close() {
        state.withLock { $0.isClosed = true }
        end.continuation.finish()
    }
}
