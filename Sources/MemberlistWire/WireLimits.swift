/// What a peer may make this node hold or do. Bounds alone; what tunes the protocol stands elsewhere.
package enum WireLimits {
    /// Inflated bytes of one datagram.
    package static let datagramBody = 65_536
    /// Bytes of one encrypted record, and of one user state, on a stream.
    package static let streamRecord = 20 * 1024 * 1024
    /// Inflated bytes of one stream.
    package static let streamBody = 40 * 1024 * 1024
    /// Bytes of one user message on a stream.
    package static let streamUserMessage = 20 * 1024 * 1024
    /// Node states in one push/pull.
    package static let pushPullNodes = 1_048_576
    /// Bytes that a node state takes at least, on the average of a push/pull of more than
    /// ``pushPullSmallStates`` states. HashiCorp's never take fewer than 49; in memory each takes 48 more,
    /// so that a million states of one byte would be a small message and a large allocation.
    package static let pushPullStateBytes = 48
    package static let pushPullSmallStates = 1_024
    /// Bytes of a label.
    package static let label = 255
    /// Parts of one compound.
    package static let compoundParts = 255
    /// Bytes of one part of a compound.
    package static let compoundPart = 65_535
    /// How deep a skipped MessagePack value may nest, the message's own map included.
    package static let messagePackDepth = 1_024
    /// Nonces of verified frames that are remembered, and for how long.
    package static let rememberedNonces = 65_536
    package static let rememberedNonceNanoseconds: Int64 = 600_000_000_000
    /// Sessions of the native suite whose counters are remembered: at least, and for each member.
    package static let replaySessions = 1_024
    package static let replaySessionsPerMember = 4
}
