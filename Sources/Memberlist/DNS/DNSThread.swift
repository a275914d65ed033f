internal import NIOCore
internal import NIOPosix
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// One query and whoever waits for it. Answered once, by the thread or by whoever is first.
final class DNSLookup: Sendable {
    private struct State {
        var waiter: CheckedContinuation<DNSAnswer, any Error>?
        var result: Result<DNSAnswer, DNSFailure>?
    }

    let query: DNSQuery
    let settings: MemberlistConfiguration.DNS
    let deadline: NIODeadline
    private let state = Mutex(State())

    init(_ query: DNSQuery, settings: MemberlistConfiguration.DNS, until deadline: NIODeadline) {
        self.query = query
        self.settings = settings
        self.deadline = deadline
    }

    /// Whether nobody waits any more.
    var isOver: Bool { state.withLock { $0.result != nil } }

    func finish(_ result: Result<DNSAnswer, DNSFailure>) {
        let waiter = state.withLock { state -> CheckedContinuation<DNSAnswer, any Error>? in
            guard state.result == nil else { return nil }
            state.result = result
            return state.waiter.take()
        }
        waiter?.resume(with: result.mapError { $0 })
    }

    func answer() async throws -> DNSAnswer {
        try await withCheckedThrowingContinuation { waiter in
            let result = state.withLock { state -> Result<DNSAnswer, DNSFailure>? in
                if state.result == nil { state.waiter = waiter }
                return state.result
            }
            if let result { waiter.resume(with: result.mapError { $0 }) }
        }
    }
}

/// The thread on which all of this process's lookups go on side by side: the library reads files and may block, which
/// no event loop must. It sleeps while there are none.
final class DNSThread: Sendable {
    private struct State {
        var arriving: [DNSLookup] = []
        var isRunning = false
        /// Both ends of a pipe, once it was needed.
        var bell: (read: CInt, write: CInt)?
    }

    private struct Work {
        let lookup: DNSLookup
        let channel: DNSChannel
    }

    static let shared = DNSThread()
    private static let longestWait = 60_000

    private let pool = NIOThreadPool(numberOfThreads: 1)
    private let state = Mutex(State())

    private init() {
        pool.start()
    }

    func submit(_ lookup: DNSLookup) {
        let mustStart = state.withLock { state -> Bool? in
            guard state.bell != nil || Self.hang(&state.bell) else { return nil }
            state.arriving.append(lookup)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        switch mustStart {
        case nil: lookup.finish(.failure(.noAnswer("no descriptor is free to wait with")))
        case true?:
            pool.submit { [self] _ in work() }
        case false?: ring()
        }
    }

    /// Has the thread look who is over.
    func ring() {
        guard let bell = state.withLock({ $0.bell }) else { return }
        var byte: UInt8 = 1
        // A full pipe rings already.
        _ = write(bell.write, &byte, 1)
    }

    private static func hang(_ bell: inout (read: CInt, write: CInt)?) -> Bool {
        var ends: [CInt] = [0, 0]
        guard pipe(&ends) == 0 else { return false }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        bell = (ends[0], ends[1])
        return true
    }

    // MARK: On the thread

    private func work() {
        var active: [Work] = []
        while let arriving = takeArriving(idle: active.isEmpty) {
            for lookup in arriving {
                if let work = begin(lookup) { active.append(work) }
            }
            active = active.filter { !end($0) }
            guard !active.isEmpty else { continue }
            wait(for: active)
        }
    }

    /// Nil where there is nothing to do and nothing has come: the thread goes to sleep then.
    private func takeArriving(idle: Bool) -> [DNSLookup]? {
        state.withLock { state in
            guard !idle || !state.arriving.isEmpty else {
                state.isRunning = false
                return nil
            }
            defer { state.arriving = [] }
            return state.arriving
        }
    }

    private func begin(_ lookup: DNSLookup) -> Work? {
        guard !lookup.isOver else { return nil }
        do {
            let channel = try DNSChannel(lookup.query, settings: lookup.settings)
            channel.start()
            return Work(lookup: lookup, channel: channel)
        } catch {
            lookup.finish(.failure(error))
            return nil
        }
    }

    /// Whether it was over, or is now.
    private func end(_ work: Work) -> Bool {
        if let result = work.channel.result {
            work.lookup.finish(result)
        } else if work.lookup.deadline <= .now() {
            work.lookup.finish(.failure(.timedOut))
        } else if !work.lookup.isOver {
            return false
        }
        work.channel.close()
        return true
    }

    private func wait(for active: [Work]) {
        guard let bell = state.withLock({ $0.bell }) else { return }
        var polled = [pollfd(fd: bell.read, events: Int16(POLLIN), revents: 0)]
        var ends: [Int] = []
        var patience = Self.longestWait
        for work in active {
            polled += work.channel.sockets
            ends.append(polled.count)
            let remaining = (work.lookup.deadline - .now()).nanoseconds / 1_000_000 + 1
            patience = work.channel.patience(atMost: min(patience, max(0, Int(clamping: remaining))))
        }
        _ = poll(&polled, nfds_t(polled.count), CInt(clamping: patience))
        if polled[0].revents != 0 { silence(bell.read) }
        var start = 1
        for (work, end) in zip(active, ends) {
            work.channel.process(polled[start..<end])
            start = end
        }
    }

    private func silence(_ bell: CInt) {
        var bytes = [UInt8](repeating: 0, count: 256)
        while read(bell, &bytes, bytes.count) > 0 {}
    }
}
