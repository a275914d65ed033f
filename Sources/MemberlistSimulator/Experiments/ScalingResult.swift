/// What one size gave.
public struct ScalingResult: Sendable, Codable {
    /// How many nodes.
    public let nodes: Int
    /// Datagrams that a node sends in a second of an idle cluster.
    public internal(set) var datagramsPerNodeSecond = 0.0
    /// Their bytes.
    public internal(set) var bytesPerNodeSecond = 0.0
    /// Bytes of state exchanges beside them: each carries all members.
    public internal(set) var streamBytesPerNodeSecond = 0.0
    /// Seconds from each crash until somebody suspected it.
    public internal(set) var firstSuspicions: [Double] = []
    /// Seconds from each crash until somebody declared it failed.
    public internal(set) var firstFailures: [Double] = []
    /// Seconds from each crash until everybody did.
    public internal(set) var disseminations: [Double] = []
    /// Seconds from the last of a mass join until all knew all; nil where that did not come within two minutes, or was
    /// left out.
    public internal(set) var convergence: Double?
    /// Bytes that a node sent until then, datagrams and streams.
    public internal(set) var joinBytesPerNode = 0.0
    /// Virtual time of the cluster that stood.
    public internal(set) var virtualSeconds = 0.0
    /// What that took in real time, and the mass join.
    public internal(set) var realSeconds = 0.0
    /// Real time of the mass join.
    public internal(set) var joinRealSeconds = 0.0
    /// The hash of all that happened in the cluster that stood.
    public internal(set) var history = ""

    init(nodes: Int) {
        self.nodes = nodes
    }

    /// Seconds from the first who declared a crash to the last, each.
    public var spreads: [Double] { zip(disseminations, firstFailures).map { $0 - $1 } }
}
