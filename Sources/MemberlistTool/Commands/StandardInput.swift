import Dispatch
import Memberlist

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Standard input, line by line. It reads no further ahead than some lines, fewer of the long ones, so that
/// whoever writes too much waits instead of filling this process.
struct StandardInput: Sendable {
    /// More than the longest line costs.
    private static let readAhead = 64

    let lines: AsyncStream<LineSplitter.Line>
    private let credit: DispatchSemaphore

    init(descriptor: Int32 = STDIN_FILENO) {
        let (lines, continuation) = AsyncStream.makeStream(of: LineSplitter.Line.self)
        // It starts at 0, for a semaphore that ends below its start stops the process, and lines that nobody
        // deals with any more, because the agent ends, never give their credit back.
        let credit = DispatchSemaphore(value: 0)
        for _ in 0..<Self.readAhead { credit.signal() }
        self.lines = lines
        self.credit = credit
        // A thread of its own: a read waits for as long as nothing is written, and nothing else may wait for it.
        DispatchQueue(label: "memberlist.input").async {
            Self.read(descriptor, into: continuation, credit: credit)
        }
    }

    /// To be called with the cost of each line that was dealt with.
    func finishedLine(cost: Int) {
        for _ in 0..<cost { credit.signal() }
    }

    private static func read(
        _ descriptor: Int32,
        into continuation: AsyncStream<LineSplitter.Line>.Continuation,
        credit: DispatchSemaphore
    ) {
        var splitter = LineSplitter()
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while let count = fill(&chunk, from: descriptor), count > 0 {
            for line in splitter.split(chunk[..<count]) {
                for _ in 0..<line.cost { credit.wait() }
                continuation.yield(line)
            }
        }
        for line in splitter.finish() { continuation.yield(line) }
        continuation.finish()
    }

    /// How many bytes came, 0 at the end; nil where the descriptor is closed or broken, which is an end too.
    private static func fill(_ chunk: inout [UInt8], from descriptor: Int32) -> Int? {
        while true {
            let count = chunk.withUnsafeMutableBytes { readSome(descriptor, $0) }
            if count >= 0 { return count }
            switch errno {
            case EINTR: continue
            case EAGAIN:
                var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                poll(&wanted, 1, -1)
            default: return nil
            }
        }
    }
}
