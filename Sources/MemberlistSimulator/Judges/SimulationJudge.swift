/// Watches a simulation and says where a rule is broken. Each rule is a judge of its own.
public protocol SimulationJudge: AnyObject {
    /// The rule's name, in a few words.
    var name: String { get }
    /// Whether it looks at frames: those sent, accepted, refused and lost are shown to judges that do, and to
    /// nobody where none does, which saves time.
    var watchesFrames: Bool { get }
    /// Looks at what happened. Returns what is wrong with it; nil where all is well.
    func observe(_ observation: borrowing Observation, in state: SimulationState) -> String?
    /// Looks at a node after each thing that it did. Returns what is wrong with it; nil where all is well.
    func inspect(_ node: Int, in state: SimulationState) -> String?
    /// Looks at the end of a run, when the faults have ended and the cluster had its time. Returns what is
    /// wrong; nil where all is well.
    func conclude(_ state: SimulationState) -> String?
}

extension SimulationJudge {
    /// It does not.
    public var watchesFrames: Bool { false }
    /// Nothing is wrong.
    public func observe(_ observation: borrowing Observation, in state: SimulationState) -> String? { nil }
    /// Nothing is wrong.
    public func inspect(_ node: Int, in state: SimulationState) -> String? { nil }
    /// Nothing is wrong.
    public func conclude(_ state: SimulationState) -> String? { nil }
}

/// A rule that was broken.
public struct Violation: Sendable, Hashable {
    /// The judge's name.
    public let judge: String
    /// When, in virtual time since the start.
    public let time: Duration
    /// What was wrong.
    public let what: String
}

extension Violation: CustomStringConvertible {
    /// One line for a person.
    public var description: String { "\(time.clockText) \(judge): \(what)" }
}
