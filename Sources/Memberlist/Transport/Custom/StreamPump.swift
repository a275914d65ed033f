internal import MemberlistWire
internal import NIOCore

/// Drives a stream of a custom transport: its reads and writes run in tasks, and what comes of them goes to the
/// stream's user, on the loop of streams.
final class StreamPump: StreamLink {
    private let stream: any MemberlistStream
    private let loop: any EventLoop
    private let tasks: TaskTally
    private var user: (any StreamUser)?
    private var reading: Task<Void, Never>?
    private var writing: Task<Void, Never>?
    private var writes = 0
    private var input = Input.open
    private var isClosed = false

    private enum Input { case open, finished, broken, told }

    init(_ stream: any MemberlistStream, loop: any EventLoop, tasks: TaskTally) {
        self.stream = stream
        self.loop = loop
        self.tasks = tasks
    }

    func open(for user: any StreamUser, by peer: Endpoint?) {
        self.user = user
        user.opened(self, by: peer)
        guard !isClosed else {
            input = .finished
            return settle()
        }
        let (stream, loop, pump) = (stream, loop, NIOLoopBound(self, eventLoop: loop))
        reading = tasks.start {
            let isBroken = await Self.read(stream) { chunk in
                // Waits for the user: a peer that sends faster than this node reads is held back.
                try await loop.submit { pump.value.user?.received(chunk.span.bytes) }.get()
            }
            try? await loop.submit { pump.value.inputEnded(broken: isBroken) }.get()
        }
    }

    /// Returns whether the stream broke.
    private static func read(
        _ stream: any MemberlistStream,
        _ received: @Sendable ([UInt8]) async throws -> Void
    ) async -> Bool {
        do {
            while !Task.isCancelled, let chunk = try await stream.read() { try await received(chunk) }
            return false
        } catch {
            return true
        }
    }

    private func inputEnded(broken: Bool) {
        input = broken ? .broken : .finished
        settle()
    }

    func write(_ bytes: [UInt8], done: @escaping (Bool) -> Void) {
        guard !isClosed else { return done(false) }
        writes += 1
        let (stream, loop) = (stream, loop)
        let pump = NIOLoopBound(self, eventLoop: loop)
        let done = NIOLoopBound(done, eventLoop: loop)
        writing = tasks.start {
            let isWritten: Bool
            do {
                try await stream.write(bytes)
                isWritten = true
            } catch {
                isWritten = false
            }
            try? await loop.submit {
                done.value(isWritten)
                pump.value.written(isWritten)
            }.get()
        }
    }

    private func written(_ isWritten: Bool) {
        writes -= 1
        if !isWritten, !isClosed { user?.broke() }
        settle()
    }

    func closeOutput() {
        guard !isClosed else { return }
        stream.closeOutput()
    }

    func close() {
        guard !isClosed else { return }
        isClosed = true
        stream.close()
        reading?.cancel()
        writing?.cancel()
        settle()
    }

    /// Tells of the input's end only when what was written is known to be written: a peer may close at once when it
    /// has read a message, and that is no failure.
    private func settle() {
        guard input != .open, writes == 0, let user else { return }
        if !isClosed, input != .told {
            let isBroken = input == .broken
            input = .told
            if isBroken { user.broke() } else { user.inputEnded() }
            // It has closed meanwhile, or waits to write its answer.
            if isBroken { close() }
        }
        guard isClosed, self.user != nil else { return }
        self.user = nil
        user.ended()
    }
}
