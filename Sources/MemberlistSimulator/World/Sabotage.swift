internal import MemberlistCore
internal import MemberlistWire

/// Bugs that are planted to see whether the judges find them: what a broken core or layer would do.
struct Sabotage {
    /// Changes what a node tells of a member; an empty list keeps it silent.
    var member: ((Int, Member, BeliefChange) -> [(Member, BeliefChange)])?
    /// Changes what a node's core hears, and not what it is seen to hear; nil keeps it from the core.
    var hearing: ((Int, Message) -> Message?)?
    /// Changes whom a node is seen to look for.
    var rejoining: ((Int, Endpoint) -> Endpoint)?
    /// Whether a node is seen to have lost what waits in its queue about a member.
    var loses: ((Int, NodeName) -> Bool)?
    /// Changes a datagram before it leaves, by its sender, its sealed bytes and what was sealed.
    var datagram: ((Int, [UInt8], [UInt8]) -> [UInt8])?
    /// Changes what a node's application hears.
    var message: ((Int, [UInt8]) -> [UInt8])?
    /// Whether a node says on a stream why it refuses it, to whom has shown no key too.
    var answersStrangers = false
    /// Fills nonces in place of the seeded source.
    var nonces: (@Sendable (UnsafeMutableRawBufferPointer) -> Void)?
    /// Whether a node's memory of nonces is lost before each datagram.
    var forgetsNonces = false
    /// A round that every roll-out leaves out, counted from 0.
    var skipsRound: Int?
    /// How many broadcasts a node claims to hold beside those that it holds.
    var extraBroadcasts = 0
}
