internal import Memberlist
internal import MemberlistCore
internal import MemberlistWire

/// An application of some clusters of the swarm: it has a state, and refuses whom it does not want.
final class SwarmDelegate: MemberlistDelegate {
    /// What an unwelcome node's metadata begins with.
    static let unwelcome = Array("unwelcome".utf8)

    let decidesOnAlive = true
    let decidesOnMerge = true
    private let state: [UInt8]

    init(_ number: Int) {
        state = Array("state of \(number)".utf8)
    }

    func localState(joining: Bool) async -> [UInt8] { state }

    func allowAlive(_ member: Member) async -> Admission {
        Self.isUnwelcome(member) ? .refuse("unwelcome") : .allow
    }

    func allowMerge(_ members: [Member]) async -> Admission {
        // A list that names others too comes from a node that is one of us by now.
        members.count == 1 && members.allSatisfy(Self.isUnwelcome) ? .refuse("unwelcome") : .allow
    }

    private static func isUnwelcome(_ member: Member) -> Bool { member.meta.starts(with: unwelcome) }
}
