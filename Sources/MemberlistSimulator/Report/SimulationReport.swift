/// How a cluster did in a scenario.
public struct SimulationReport: Sendable, Hashable, Codable {
    /// What every draw began with.
    public let seed: UInt64
    /// What was run.
    public let scenario: Scenario
    /// The hash of all that happened: equal for equal seeds and scenarios.
    public let history: String
    /// How much virtual time passed.
    public let virtualSeconds: Double
    /// How many nodes there were.
    public let nodes: Int

    /// From the last request to join until a node had heard of all: one time a node that did.
    public let convergence: Distribution?
    /// From the end of a part of the scenario until each that ran took those for alive that did, and nobody else;
    /// to a tenth of a second, one time a part. A suspect is not taken for alive.
    public let recovery: Distribution?
    /// How crashes were found.
    public let detection: Detection
    /// What was wrongly believed.
    public let accuracy: Accuracy
    /// What it cost, for each node and second that a process ran.
    public let traffic: TrafficRates
    /// The rules that were broken.
    public let violations: [String]
    /// How often each fault and each rare path was met, by name; without those that were not.
    public let coverage: [String: Int]
    /// What did not end as it should, in words.
    public let notes: [String]

    /// How crashes were found.
    public struct Detection: Sendable, Hashable, Codable {
        /// Processes that crashed.
        public let crashes: Int
        /// Those of them that somebody declared failed.
        public let detected: Int
        /// From a crash until the first node declared it.
        public let first: Distribution?
        /// From a crash until each node that did declared it: how the news spread.
        public let everyObserver: Distribution?
    }

    /// What was wrongly believed.
    public struct Accuracy: Sendable, Hashable, Codable {
        /// Probes that failed and made somebody a suspect.
        public let suspicions: Int
        /// How often a node came to suspect a member, on its own or on another's word.
        public let suspicionsBelieved: Int
        /// How often a node refuted what was said of it.
        public let refutations: Int
        /// How often a node declared failed one that ran well: to which nothing was done for ten seconds.
        public let falsePositives: Int
        /// Those at nodes that ran well themselves.
        public let falsePositivesAtWellNodes: Int
        /// Those while links were cut.
        public let falsePositivesDuringCuts: Int
    }

    /// What it cost, for each node and second that a process ran.
    public struct TrafficRates: Sendable, Hashable, Codable {
        /// Datagrams sent.
        public let datagrams: Double
        /// Their bytes, all layers included, without the headers of IP and UDP.
        public let datagramBytes: Double
        /// Streams opened, answered or not.
        public let streams: Double
        /// Bytes sent over streams, by whoever opened them and by whoever answered.
        public let streamBytes: Double

        init(_ traffic: Traffic, nodeTime: Duration) {
            func rate(_ count: Int) -> Double {
                // In whole thousandths, so that every machine rounds alike.
                let nanoseconds = Int128(max(1, nodeTime.nanoseconds))
                let thousandths = (Int128(count) * 1_000_000_000_000 + nanoseconds / 2) / nanoseconds
                return Double(Int64(clamping: thousandths)) / 1_000
            }
            datagrams = rate(traffic.datagramsSent)
            datagramBytes = rate(traffic.datagramBytesSent)
            streams = rate(traffic.streamsOpened)
            streamBytes = rate(traffic.streamBytesSent)
        }
    }

    /// One JSON object: keys in the order of the alphabet, two spaces in front of each. Times are in seconds.
    public func json() throws -> String { try ReportJSON.text(self) }
}
