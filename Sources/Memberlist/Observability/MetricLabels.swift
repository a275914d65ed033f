internal import MemberlistCore
internal import MemberlistWire

/// Why a datagram or a stream was refused, in the words of a metric's label.
enum RefusedReason: Int, MetricLabel {
    case truncated, malformed, limit, checksum, compression, label, plaintext, encrypted, decrypt, key,
        dialect
    case replay
    /// From outside the networks that are allowed.
    case network
    /// A stream too many, or no memory left for its message.
    case full
    /// A stream that brought no whole message in its time.
    case silent

    init(_ error: WireError) {
        switch error {
        case .truncated: self = .truncated
        case .unknownMessageType, .misplacedLayer, .emptyBody, .unexpectedValue, .nestedTooDeeply:
            self = .malformed
        case .limitExceeded, .messageTooLarge: self = .limit
        case .checksumMismatch: self = .checksum
        case .unknownCompression, .corruptCompression: self = .compression
        case .malformedLabel, .labelMismatch: self = .label
        case .notEncrypted: self = .plaintext
        case .encryptedUnexpectedly: self = .encrypted
        case .unknownEncryptionVersion, .authenticationFailed, .malformedPadding: self = .decrypt
        case .unknownKey: self = .key
        case .paddedEncryptionRefused, .dialectRefused: self = .dialect
        case .replayed: self = .replay
        }
    }

    /// Whether it was sealed, and no key of this ring opened it.
    var isDecryption: Bool { self == .decrypt || self == .key }
}

/// Why a datagram was not sent.
enum UnsentReason: Int, MetricLabel {
    /// The system did not take it: no route, or no room.
    case socket
    /// It could not be sealed.
    case seal
}

/// Why what a message said was not believed or not done.
enum DroppedReason: Int, MetricLabel {
    case implausible, malformed, misdirected, overloaded, refused, incompatible, network

    init?(_ notice: Notice) {
        switch notice {
        case .implausibleIncarnation: self = .implausible
        case .malformedAlive, .malformedMessage: self = .malformed
        case .misdirectedPing: self = .misdirected
        case .overloaded: self = .overloaded
        case .aliveRefused, .mergeRefused: self = .refused
        case .mergeIncompatible: self = .incompatible
        case .addressRefused: self = .network
        // Counted under names of their own, or nothing was lost.
        case .broadcastsDropped, .tableFull, .rejoining, .reachableByStreamAlone, .refuted, .probeFailed,
            .stalled, .unconfirmedFailure:
            return nil
        }
    }
}

/// The kinds of message that a datagram carries.
enum HeardMessage: Int, MetricLabel {
    case alive, suspect, dead, ping, indirectPing, ack, nack, user

    var text: String { self == .indirectPing ? "indirect_ping" : "\(self)" }

    init(_ message: Message) {
        switch message {
        case .alive: self = .alive
        case .suspect: self = .suspect
        case .dead: self = .dead
        case .ping: self = .ping
        case .indirectPing: self = .indirectPing
        case .ack: self = .ack
        case .nack: self = .nack
        case .user: self = .user
        }
    }
}

/// Why a broadcast of the application's was not queued.
enum BroadcastRefusal: Int, MetricLabel {
    case tooLarge, queueFull

    var text: String { self == .tooLarge ? "too_large" : "queue_full" }
}

/// What waits.
enum QueueClass: Int, MetricLabel {
    /// News of members, to be gossiped.
    case membership
    /// The application's broadcasts.
    case application
    /// What hooks are to be told.
    case hooks
}

/// The path of a probe's answer that has a round trip.
enum RoundTripPath: Int, MetricLabel {
    case direct, indirect, stream
}

/// How a probe ended.
enum ProbeOutcome: Int, MetricLabel {
    case direct, indirect, stream, failed, stalled

    init(_ path: ProbeReport.Path) {
        switch path {
        case .direct: self = .direct
        case .indirect: self = .indirect
        case .stream: self = .stream
        case .failed: self = .failed
        case .stalled: self = .stalled
        }
    }
}

/// A member's state in HashiCorp's words.
enum StateLabel: Int, MetricLabel {
    case alive, suspect, dead, left

    init(_ state: MemberState) {
        switch state {
        case .alive: self = .alive
        case .suspect: self = .suspect
        case .dead: self = .dead
        case .left: self = .left
        }
    }
}
