/// Which of Lifeguard's extensions a node uses (Dadgar, Phillips, Currey, "Lifeguard", arXiv 1707.00788, section
/// IV). All of them, as HashiCorp's nodes do; an experiment leaves some out to compare with plain SWIM.
package struct LifeguardExtensions: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Section IV-A, health-aware probe: a node that does not do well probes more slowly. Without it the health
    /// score stays 0, and no nacks are asked for; those that others ask for are sent.
    package static let probe = LifeguardExtensions(rawValue: 1 << 0)
    /// Section IV-B, health-aware suspicion: a suspicion starts long, and each confirmation shortens it. Without
    /// it one lasts its minimum from the start, and no confirmations are expected or passed on.
    package static let suspicion = LifeguardExtensions(rawValue: 1 << 1)
    /// Section IV-C, buddy system: a ping to a suspect tells it of the suspicion. Without it the ping carries
    /// what gossip there is, as any other.
    package static let buddy = LifeguardExtensions(rawValue: 1 << 2)

    package static let all: LifeguardExtensions = [.probe, .suspicion, .buddy]
}
