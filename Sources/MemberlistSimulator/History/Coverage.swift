internal import MemberlistCore
internal import MemberlistWire

/// How often each fault and each rare path was met. A run that never met one has not tested it.
public struct Coverage: Sendable, Hashable {
    /// Faults, and paths that only faults lead to.
    public enum Path: String, Sendable, CaseIterable {
        // Processes
        case launched, crashed, paused, blocked, left, rejoined, clockDrifted
        case restartedInPlace, restartedElsewhere
        // Links
        case datagramLost, datagramDuplicated, datagramReordered, datagramLate, datagramCut
        case linkOverflowed, socketOverflowed, nobodyListens, addressUnknown
        case partitioned, cutOneWay, datagramsBlocked, sourceRewritten
        // Streams
        case streamOpened, streamRefused, streamBroken, streamTimedOut, pieceResent, strangerClosed
        case strangerAnswered
        // Hostile frames
        case injectedFlipped, injectedTruncated, injectedReplay, injectedOtherLabel, injectedOtherKey
        case injectedRandom, injectedStream, injectedInsider
        case refusedTruncated, refusedUnknown, refusedMisplaced, refusedLimit, refusedValue
        case refusedChecksum, refusedCompression, refusedLabel, refusedEncryption
        case refusedAuthentication, refusedReplay
        // Keys
        case keyAdded, keyPromoted, keyRemoved
        case rotatedUnderFaults, rotatedHastily, keysMissed, keysMended, refusedUnknownKey
        // Dialects
        case spokenNatively, spokenForAll, dialectChanged, refusedDialect
        // Probing
        case streamPing, reachableByStreamAlone, probeFailed, unwell, stalled
        // Membership
        case memberJoined, memberUpdated, memberRefreshed, memberSuspected, memberRecovered
        case memberFailed, memberLeft, memberReaped
        case refuted, conflict, falsePositive, suspicionShortened
        case suspicionConfirmed, laterDeathHeard, deadInExchange, backElsewhereAfterLeaving, reclaimed
        case implausible, malformed, misdirectedPing, overloaded, tableFull, aliveRefused, lostSought,
            seedSought
        // Exchanges
        case exchangeStarted, exchangeDone, exchangeFailed, merged, mergeIncompatible, mergeRefused
        case newsByGossipAlone
        // Messages
        case messageSent, messageDelivered, broadcastTransmitted, metaChanged, leaveHeard, notSealed
    }

    private var counts = [Int](repeating: 0, count: Path.allCases.count)
    private static let places: [Path: Int] = Dictionary(
        uniqueKeysWithValues: Path.allCases.enumerated().map { ($0.element, $0.offset) }
    )

    /// Nothing met.
    public init() {}

    /// How often that was met.
    public subscript(path: Path) -> Int { counts[Self.places[path] ?? 0] }

    mutating func meet(_ path: Path) {
        counts[Self.places[path] ?? 0] += 1
    }

    /// The sum of both.
    public static func + (lhs: Coverage, rhs: Coverage) -> Coverage {
        var sum = lhs
        for index in sum.counts.indices { sum.counts[index] += rhs.counts[index] }
        return sum
    }

    /// What was never met.
    public var unmet: [Path] { Path.allCases.filter { self[$0] == 0 } }
}

extension Coverage.Path {
    /// What a sound program does not come to.
    var isNeverMet: Bool { self == .notSealed || self == .overloaded || self == .tableFull }
}

extension Coverage {
    mutating func count(_ change: ProcessChange) {
        switch change {
        case .launched: meet(.launched)
        case .crashed: meet(.crashed)
        case .paused: meet(.paused)
        case .blocked: meet(.blocked)
        case .leaving: meet(.left)
        case .clock: meet(.clockDrifted)
        case .resumed, .unblocked, .ended, .joining: break
        }
    }

    mutating func count(_ change: BeliefChange) {
        switch change {
        case .joined: meet(.memberJoined)
        case .updated: meet(.memberUpdated)
        case .refreshed: meet(.memberRefreshed)
        case .suspected: meet(.memberSuspected)
        case .recovered: meet(.memberRecovered)
        case .failed: meet(.memberFailed)
        case .left: meet(.memberLeft)
        case .reaped: meet(.memberReaped)
        }
    }

    /// Rare things that a node may come to hear.
    mutating func count(_ claim: Claim) {
        guard let before = claim.before, let after = claim.after else { return }
        if after.state == .suspect, after.confirmations > before.confirmations, before.state == .suspect {
            meet(.suspicionConfirmed)
        }
        let wasGone = before.state == .dead || before.state == .left
        if wasGone, after.state == before.state, after.incarnation > before.incarnation {
            meet(.laterDeathHeard)
        }
        if claim.isFromExchange, claim.state == .dead, after.state == .suspect { meet(.deadInExchange) }
        if before.state == .dead, after.state == .alive, after.endpoint != before.endpoint {
            meet(.reclaimed)
        }
    }

    mutating func count(_ notice: Notice) {
        switch notice {
        case .reachableByStreamAlone: meet(.reachableByStreamAlone)
        case .implausibleIncarnation: meet(.implausible)
        case .malformedAlive, .malformedMessage: meet(.malformed)
        case .misdirectedPing: meet(.misdirectedPing)
        case .refuted: meet(.refuted)
        case .probeFailed: meet(.probeFailed)
        case .stalled: meet(.stalled)
        case .overloaded, .broadcastsDropped: meet(.overloaded)
        case .tableFull: meet(.tableFull)
        case .rejoining(_, let name): meet(name == nil ? .seedSought : .lostSought)
        case .mergeIncompatible: meet(.mergeIncompatible)
        case .mergeRefused: meet(.mergeRefused)
        case .aliveRefused: meet(.aliveRefused)
        // No plan of the swarm's bounds the networks.
        case .unconfirmedFailure, .addressRefused: break
        }
    }

    mutating func count(_ error: WireError) {
        switch error {
        case .truncated: meet(.refusedTruncated)
        case .unknownMessageType: meet(.refusedUnknown)
        case .misplacedLayer: meet(.refusedMisplaced)
        case .limitExceeded, .messageTooLarge, .emptyBody: meet(.refusedLimit)
        case .checksumMismatch: meet(.refusedChecksum)
        case .unknownCompression, .corruptCompression: meet(.refusedCompression)
        case .malformedLabel, .labelMismatch: meet(.refusedLabel)
        case .unknownEncryptionVersion, .paddedEncryptionRefused, .notEncrypted, .encryptedUnexpectedly:
            meet(.refusedEncryption)
        case .authenticationFailed, .malformedPadding: meet(.refusedAuthentication)
        case .unknownKey: meet(.refusedUnknownKey)
        case .dialectRefused: meet(.refusedDialect)
        case .replayed: meet(.refusedReplay)
        default: meet(.refusedValue)
        }
    }
}
