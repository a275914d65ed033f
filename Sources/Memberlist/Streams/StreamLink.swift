internal import MemberlistWire

/// What carries one stream: a socket's channel, or a stream of a custom transport. On the loop of streams alone.
protocol StreamLink: AnyObject {
    /// Calls back when the transport has taken all of it, or will not.
    func write(_ bytes: [UInt8], done: @escaping (_ isWritten: Bool) -> Void)
    /// Ends this side's half, after what was written.
    func closeOutput()
    /// Ends both halves; ``StreamUser/ended()`` follows. Can be called again.
    func close()
}

/// What is done with one stream, whatever carries it: so every rule about streams stands in one place. On the loop
/// of streams alone.
protocol StreamUser: AnyObject {
    func opened(_ link: any StreamLink, by peer: Endpoint?)
    func received(_ bytes: RawSpan)
    /// The peer says no more; it may still read.
    func inputEnded()
    /// The stream broke off.
    func broke()
    /// The last call: nothing of the link is left.
    func ended()
}
