import MemberlistWire
import Testing

@testable import MemberlistCore

/// What this node answers to what others say of it.
@Suite struct RefutationTests {
    private let versions: WireBytes = [1, 5, 2, 0, 0, 0]

    private func queued(_ node: Node) -> [Message] {
        node.core.queuedMembershipBroadcasts.compactMap { try? Message.decode($0.payload[...]) }
    }

    @Test(arguments: [1, 2, 9, 1 << 20] as [UInt32])
    func accusationsAreRefutedAboveThem(incarnation: UInt32) {
        for accusation in [
            suspect("self", incarnation: incarnation, from: "a"),
            dead("self", incarnation: incarnation, from: "a"),
            dead("self", incarnation: incarnation, from: "self"),
        ] {
            var node = Node(knowing: 2)
            let directives = node.hear(accusation)
            #expect(directives.notices == [.refuted(incarnation: incarnation + 1)])
            #expect(queued(node) == [alive("self", at: 1, incarnation: incarnation + 1)])
            #expect(node.core.localMember.state == .alive)
            #expect(node.core.localMember.incarnation == incarnation + 1)
            #expect(node.core.healthScore == 1)
        }
    }

    @Test func whatIsOldNeedsNoAnswer() {
        var node = Node(knowing: 2)
        node.hear(suspect("self", incarnation: 4, from: "a"))
        #expect(node.hear(suspect("self", incarnation: 4, from: "b")).isEmpty)
        #expect(node.hear(dead("self", incarnation: 4, from: "b")).isEmpty)
        #expect(node.hear(alive("self", at: 1, incarnation: 4, meta: [9])).isEmpty)
    }

    @Test func anAliveThatSaysTheSameIsNoAccusation() {
        var node = Node(knowing: 2)
        #expect(node.hear(alive("self", at: 1)).isEmpty)
        // The first six bytes alone are compared: capabilities come and go on the way.
        #expect(node.hear(alive("self", at: 1, versions: [1, 5, 2, 0, 0, 0, 3])).isEmpty)
    }

    @Test func anAliveThatSaysOtherwiseIsRefuted() {
        for other in [
            alive("self", at: 1, meta: [1]), alive("self", at: 1, versions: [1, 5, 3, 0, 0, 0]),
            alive("self", at: 1, versions: [1, 5, 2]), alive("self", at: 1, versions: []),
            alive("self", at: 1, incarnation: 2),
        ] {
            var node = Node(knowing: 2)
            #expect(node.hear(other).notices.count == 1)
            #expect(
                node.core.localMember.incarnation == (other == alive("self", at: 1, incarnation: 2) ? 3 : 2)
            )
        }
    }

    @Test func anAliveAtAnotherAddressIsAConflict() throws {
        var node = Node(knowing: 2)
        let directives = node.hear(alive("self", at: 50, incarnation: 4))
        #expect(directives.notices.isEmpty)
        let conflict = try #require(directives.conflicts.first)
        #expect(conflict.existing.endpoint == endpoint(1) && conflict.claimed.endpoint == endpoint(50))
        #expect(node.core.localMember.incarnation == 1)
    }

    @Test func whatNobodyCanHaveReachedIsRefused() {
        let step = Limits.incarnationStep
        for incarnation in [1 + step + 1, 1 << 31, .max] as [UInt32] {
            var node = Node(knowing: 2)
            for message in [
                suspect("self", incarnation: incarnation, from: "a"),
                dead("self", incarnation: incarnation, from: "a"),
                alive("self", at: 1, incarnation: incarnation),
            ] {
                #expect(node.hear(message) == [.noticed(.implausibleIncarnation("self"))])
            }
            for message in [
                suspect("a", incarnation: incarnation, from: "b"),
                dead("a", incarnation: incarnation, from: "b"),
                alive("a", at: 2, incarnation: incarnation),
            ] {
                #expect(node.hear(message) == [.noticed(.implausibleIncarnation("a"))])
            }
            #expect(node.core.localMember.incarnation == 1 && node.core.healthScore == 0)
            #expect(node.member("a")?.state == .alive)
        }
    }

    @Test func ofAnUnknownNodeAnyIncarnationBelowTheBoundIsBelieved() {
        var node = Node()
        #expect(
            node.hear(alive("new", at: 2, incarnation: 1 << 31)).notices == [.implausibleIncarnation("new")]
        )
        #expect(node.hear(alive("new", at: 2, incarnation: 1 << 31 - 1)).changes == [Change("new", .joined)])
    }

    @Test func stepByStepTheIncarnationNeverPassesTheBound() {
        var node = Node(knowing: 1)
        for _ in 0..<2_100 {
            let incarnation = node.core.localMember.incarnation
            let raised = incarnation.addingReportingOverflow(Limits.incarnationStep).partialValue
            node.hear(dead("self", incarnation: min(raised, Limits.incarnation - 1), from: "a"))
            node.hear(dead("self", incarnation: min(raised, Limits.incarnation - 2), from: "a"))
        }
        // The highest that others believe.
        #expect(node.core.localMember.incarnation == Limits.incarnation - 1)
    }

    @Test func newMetadataIsToldWithAHigherIncarnation() {
        var node = Node(knowing: 1)
        #expect(node.handle(.metaChanged([1, 2])).changes == [Change("self", .updated)])
        #expect(queued(node) == [alive("self", at: 1, incarnation: 2, meta: [1, 2])])
        #expect(node.handle(.metaChanged(.init(repeating: 0, count: 513))).isEmpty)
    }
}
