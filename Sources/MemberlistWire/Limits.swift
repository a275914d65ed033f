/// Every bound on what a peer, or a caller, can make this node hold or do; what tunes the protocol stands
/// elsewhere. Each says its unit, and where it comes from: HashiCorp's, or this project's own.
///
/// `SECURITY.md` lists them, and a test holds the two together.
package enum Limits {
    // MARK: Messages

    /// Bytes of a name, 1 at least. Ours: HashiCorp's has no bound, Serf's is 128.
    package static let name = 255
    /// Bytes of metadata, where the configuration does not say otherwise: HashiCorp's `MetaMaxSize`.
    package static let meta = 512
    /// Bytes that the other fields of an alive, and what stands between them, take at most.
    package static let aliveOverhead = 100
    /// Bytes that the other fields of an ack take at most.
    package static let ackOverhead = 32
    /// Bytes of a label: its length is one byte.
    package static let label = 255
    /// Parts of one compound: the count is one byte.
    package static let compoundParts = 255
    /// Bytes of one part of a compound: its length is two.
    package static let compoundPart = 65_535
    /// How deep a skipped MessagePack value may nest, the message's own map included: HashiCorp's.
    package static let messagePackDepth = 1_024

    // MARK: Datagrams

    /// Bytes that one datagram inflates to. Ours: HashiCorp's are unbounded.
    package static let datagramBody = 65_536
    /// Bytes of one datagram, as the configuration may set it: below the first an alive with the longest name
    /// and HashiCorp's metadata would not fit, and above the last no IPv4 packet is.
    package static let datagramSizes = 1_200...65_507
    /// Bytes of the largest datagram that is read: no UDP packet is larger.
    package static let largestDatagram = 65_535
    /// Bytes of datagrams that wait for the node, of a transport other than sockets. Ours: a socket's own buffer is
    /// asked to be as large.
    package static let waitingDatagramBytes = 2 * 1024 * 1024
    /// Nonces of verified frames that are remembered, and for how long. Ours.
    package static let rememberedNonces = 65_536
    package static let rememberedNonceNanoseconds: Int64 = 600_000_000_000
    /// Counters of one session of the native suite that are told apart.
    package static let replayWindow: UInt64 = 1_024
    /// Sessions of the native suite whose counters are remembered: at least, and for each member.
    package static let replaySessions = 1_024
    package static let replaySessionsPerMember = 4

    // MARK: Streams

    /// Bytes of one encrypted record, and of one user state: HashiCorp's.
    package static let streamRecord = 20 * 1024 * 1024
    /// Bytes that one stream's message inflates to: HashiCorp's.
    package static let streamBody = 40 * 1024 * 1024
    /// Bytes of one user message on a stream: HashiCorp's.
    package static let streamUserMessage = 20 * 1024 * 1024
    /// Node states in one push/pull: HashiCorp's.
    package static let pushPullNodes = 1_048_576
    /// Bytes that a node state takes at least, on the average of a push/pull of more than
    /// ``pushPullSmallStates`` states. HashiCorp's never take fewer than 49; in memory each takes 48 more,
    /// so that a million states of one byte would be a small message and a large allocation.
    package static let pushPullStateBytes = 48
    package static let pushPullSmallStates = 1_024
    /// Streams of peers open at once, where the configuration does not say otherwise. Ours.
    package static let inboundStreams = 512
    /// When all are taken, how many more of them one address may have than that of a newcomer. Ours.
    package static let streamLead = 8
    /// Nanoseconds after which a stream that has brought no message gives way to a newcomer, when all are taken.
    package static let streamGraceNanoseconds: Int64 = 250_000_000
    /// Bytes that one stream of a peer's holds on its own account. Ours: with what a connection costs besides,
    /// it stays below 64 KiB.
    package static let streamAllowance = 8 * 1024
    /// Bytes that all streams of peers together hold above that, until their messages are whole. Ours: one
    /// record of the largest size always fits.
    package static let streamsTogether = 22 * 1024 * 1024
    /// Bytes of that which each address has for itself, for so many addresses: who takes all of the rest keeps out
    /// no state that is smaller. Ours.
    package static let streamOrigin = 256 * 1024
    package static let streamOrigins = 32
    /// Bytes that one read of a stream brings.
    package static let streamRead = 8 * 1024
    /// Seconds until a stream without a whole message is closed, counted anew with each ``streamProgress`` bytes
    /// that it brings: a state of some MiB takes longer on a slow link. Ours.
    package static let streamSeconds: Int64 = 2
    package static let streamProgress = 64 * 1024

    // MARK: The protocol

    /// An incarnation this far above what is known is a forgery or a fault. Ours: HashiCorp's wrap.
    package static let incarnationStep: UInt32 = 1 << 20
    /// No incarnation reaches this.
    package static let incarnation: UInt32 = 1 << 31
    /// Members that the table holds, dead ones included. Ours.
    package static let members = 262_144
    /// State exchanges under way at once, in either direction: HashiCorp's.
    package static let exchanges = 128
    /// Bytes of peers' states that wait for the application's word together; one always may. Ours.
    package static let exchangeBytes = 64 * 1024 * 1024
    /// Addresses through which a cluster is found again. Ours.
    package static let seeds = 256
    /// Indirect pings that are under way for others. Ours.
    package static let relays = 4_096
    /// Probes under way, this node's own and those asked for by the application. Ours.
    package static let probes = 1_024
    /// Alives that wait for the application's word. Ours.
    package static let pendingAlives = 4_096
    /// Claims to names that were left that wait for the word of whoever had them. Ours.
    package static let nameClaims = 1_024
    /// Broadcasts of the application's that wait, and their bytes, where the configuration does not say otherwise.
    /// Ours.
    package static let userBroadcasts = 4_096
    package static let userBroadcastBytes = 4 * 1024 * 1024
    /// Broadcasts about members that wait, and their bytes, likewise. Ours: HashiCorp's have no bound.
    package static let membershipBroadcasts = 65_536
    package static let membershipBroadcastBytes = 32 * 1024 * 1024
    /// Helpers of a probe, and confirmations of a suspicion, that the evidence of a failure names; more are
    /// counted. Ours.
    package static let evidenceNames = 16

    // MARK: Joining

    /// Addresses that one name, or one service, stands for. Ours: an answer of 64 KiB could hold thousands.
    package static let hostAddresses = 256
    /// SRV records of one service. Ours.
    package static let serviceRecords = 64
    /// Addresses that one look of discovery brings, all sources together, and endpoints that are kept in mind. Ours.
    package static let discoveredAddresses = 1_024
    /// Bytes of a file of addresses. Ours.
    package static let discoveryFile = 1_048_576

    // MARK: The runtime

    /// Addresses that one node binds. Ours.
    package static let bindHosts = 64
    /// Seals of one key in the whole cluster at which a warning is due: half of what random nonces bear.
    package static let keySeals: UInt64 = 1 << 31
    /// What waits for a slow hook, and what for a slow reader of events, in bytes. Ours.
    package static let waitingBytes = 64 * 1024 * 1024
    /// Lines of the log a second, for each kind of line, and bytes of all together. Ours.
    package static let logLines = 5
    package static let logBytes = 10_000
    /// Keys that peers claim and the ring has not, of which each is told once: members' and strangers', each so many.
    package static let reportedClaims = 256
    /// Peers whose plaintext, or other label, is counted while a cluster moves; of them
    /// ``reportedClaims`` may be strangers. Ours.
    package static let permissivePeers = 1_024
    /// Bytes of one field of a line of the log that a peer can choose.
    package static let logField = 200
}
