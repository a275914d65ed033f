import Memberlist
import Synchronization

/// Answers hooks with what a test sets, and keeps what it is told.
final class HookRecorder: MemberlistDelegate {
    struct Answers: Sendable {
        var meta: [UInt8]?
        var payload: [UInt8] = []
        var broadcasts: [[UInt8]] = []
        var alive: @Sendable (Member) -> Admission = { _ in .allow }
        var merge: @Sendable ([Member]) -> Admission = { _ in .allow }
        /// How long the answers of ``metadata(limit:)`` and ``allowMerge(_:)`` take.
        var delay: Duration?
    }

    struct Ping: Sendable, Hashable {
        let member: NodeName
        let roundTrip: Duration
        let payload: [UInt8]
    }

    let answers: Mutex<Answers>
    let pings: AsyncStream<Ping>
    let ended: AsyncStream<[UInt8]>
    let limits = Mutex<[String: Int]>([:])
    let decidesOnAlive: Bool
    let decidesOnMerge: Bool
    let offersBroadcasts: Bool
    let offersPingPayload: Bool
    private let pingSink: AsyncStream<Ping>.Continuation
    private let endSink: AsyncStream<[UInt8]>.Continuation

    init(decides: Bool = false, offers: Bool = false, _ change: (inout Answers) -> Void = { _ in }) {
        var answers = Answers()
        change(&answers)
        self.answers = Mutex(answers)
        (decidesOnAlive, decidesOnMerge) = (decides, decides)
        (offersBroadcasts, offersPingPayload) = (offers, offers)
        (pings, pingSink) = AsyncStream.makeStream()
        (ended, endSink) = AsyncStream.makeStream()
    }

    private func pause() async {
        if let delay = answers.withLock({ $0.delay }) { try? await Task.sleep(for: delay) }
    }

    func metadata(limit: Int) async -> [UInt8]? {
        limits.withLock { $0["metadata"] = limit }
        await pause()
        return answers.withLock { $0.meta }
    }

    func broadcasts(limit: Int) async -> [[UInt8]] {
        limits.withLock { $0["broadcasts"] = limit }
        return answers.withLock { answers in
            defer { answers.broadcasts = [] }
            return answers.broadcasts
        }
    }

    func broadcastEnded(_ payload: [UInt8], _ end: BroadcastEnd) async { endSink.yield(payload) }

    func pingPayload(limit: Int) async -> [UInt8] {
        limits.withLock { $0["pingPayload"] = limit }
        return answers.withLock { $0.payload }
    }

    func pingCompleted(_ member: Member, roundTrip: Duration, payload: [UInt8]) async {
        pingSink.yield(Ping(member: member.name, roundTrip: roundTrip, payload: payload))
    }

    func allowAlive(_ member: Member) async -> Admission { answers.withLock { $0.alive }(member) }

    func allowMerge(_ members: [Member]) async -> Admission {
        await pause()
        return answers.withLock { $0.merge }(members)
    }
}
