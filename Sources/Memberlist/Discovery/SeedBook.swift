internal import MemberlistCore
internal import MemberlistWire

/// When each endpoint that discovery names is worth a dial. Those that members have never come here: a cluster that is
/// well dials nobody.
struct SeedBook: Sendable {
    private struct Note {
        var failures = 0
        var due = Instant(nanoseconds: 0)
    }

    /// Dials of one look, and of all looks together; the rest waits for the next one.
    static let dials = 32
    static let dialsTogether = 64
    /// The longest pause between two dials of an address at which nobody answers, as many nanoseconds.
    static let longestPause: Int64 = 300_000_000_000
    /// An address that answered and is no member's own: a member, or this node, by another address. It is asked again
    /// after so many nanoseconds, for it may be somebody else's by then.
    static let aliasPause: Int64 = 600_000_000_000

    private let interval: Int64
    /// Whether the core tries again what did not answer: one node of the cluster at a time, rather than each for itself.
    private let heals: Bool
    private var notes: [Endpoint: Note] = [:]
    private var underWay: Set<Endpoint> = []

    /// Endpoints that are kept in mind.
    var count: Int { notes.count }

    init(interval: Int64, heals: Bool) {
        self.interval = interval
        self.heals = heals
    }

    /// Who of the strangers is dialled now, a few drawn from many. A node that is alone tries each of them at each look:
    /// its looks have pauses that grow.
    mutating func due(
        among strangers: [Seed],
        isAlone: Bool,
        at now: Instant,
        using random: inout some RandomNumberGenerator
    ) -> [Seed] {
        var seen: Set<Endpoint> = []
        let due = strangers.filter { seed in
            guard !underWay.contains(seed.endpoint), seen.insert(seed.endpoint).inserted else { return false }
            return isAlone || notes[seed.endpoint].map { $0.due <= now } ?? true
        }
        let room = max(0, min(Self.dials, Self.dialsTogether - underWay.count))
        let drawn = due.shuffled(using: &random).prefix(room)
        // Another source may name the same ones meanwhile.
        underWay.formUnion(drawn.map(\.endpoint))
        return Array(drawn)
    }

    mutating func dialled(
        _ endpoint: Endpoint,
        succeeded: Bool,
        at now: Instant,
        using random: inout some RandomNumberGenerator
    ) {
        underWay.remove(endpoint)
        var note = notes[endpoint] ?? Note()
        note.failures = succeeded ? 0 : min(note.failures + 1, 62)
        let doubled = interval.multipliedReportingOverflow(by: 1 << Int64(note.failures))
        let pause = doubled.overflow ? Self.longestPause : min(doubled.partialValue, Self.longestPause)
        let ceiling = succeeded ? Self.aliasPause : pause
        note.due =
            heals && !succeeded
            ? Instant(nanoseconds: .max)
            : now.advanced(byNanoseconds: Int64.random(in: ceiling / 2...ceiling, using: &random))
        notes[endpoint] = note
        bound()
    }

    /// The node goes, or has left.
    mutating func abandoned(_ endpoint: Endpoint) {
        underWay.remove(endpoint)
    }

    /// A member has that endpoint: when it is gone, it is dialled at once.
    mutating func forget(_ endpoint: Endpoint) {
        notes[endpoint] = nil
    }

    /// Names that change their addresses all day must not fill it.
    private mutating func bound() {
        guard notes.count > Limits.discoveredAddresses else { return }
        let latest = notes.sorted { $0.value.due > $1.value.due }.prefix(Limits.discoveredAddresses / 2)
        notes = Dictionary(uniqueKeysWithValues: latest.map { ($0.key, $0.value) })
    }
}

/// Pauses between the looks of one source, each drawn anew, so that nodes that start at once do not ask at once.
struct SeekingPace<Generator: RandomNumberGenerator> {
    private static var first: Int64 { 1_000_000_000 }

    /// Nanoseconds.
    private let interval: Int64
    private var ceiling: Int64
    private var generator: Generator

    init(interval: Duration, generator: Generator) {
        self.interval = max(1, interval.wholeNanoseconds)
        ceiling = min(Self.first, self.interval)
        self.generator = generator
    }

    /// Half of the interval to one and a half; for a node that is alone a second at first, then twice as much each
    /// time, up to the interval.
    mutating func next(isAlone: Bool) -> Duration {
        guard isAlone else {
            ceiling = min(Self.first, interval)
            return .nanoseconds(Int64.random(in: interval / 2...interval / 2 * 3, using: &generator))
        }
        defer { ceiling = ceiling > interval / 2 ? interval : ceiling * 2 }
        return .nanoseconds(Int64.random(in: ceiling / 2...ceiling, using: &generator))
    }
}
