import Memberlist
import Testing

@testable import MemberlistTool

@Suite struct MembershipViewTests {
    private static func member(_ name: NodeName, _ state: MemberState = .alive, meta: [UInt8] = []) throws
        -> Member
    {
        let address = try #require(IPAddress("10.0.0.1"))
        return Member(name: name, endpoint: Endpoint(address: address, port: 1), meta: meta, state: state)
    }

    @Test func theNodesOwnJoinIsNotRepeated() throws {
        var view = MembershipView(own: "a")
        let own = try Self.member("a")
        #expect(view.joined(own).isEmpty)
        #expect(view.reconcile([own]).isEmpty)
        #expect(view.updated(own) == [.update(own)])
    }

    @Test func whoCameBeforeAnybodyListenedIsToldOnce() throws {
        var view = MembershipView(own: "a")
        let b = try Self.member("b")
        #expect(view.reconcile([b]) == [.join(b)])
        #expect(view.joined(b).isEmpty)
        #expect(view.gone(b, .failed) == [.leave(b, .failed)])
        #expect(view.gone(b, .failed).isEmpty)
        #expect(view.joined(b) == [.join(b)])
    }

    @Test func lostEventsAreMadeUpFor() throws {
        var view = MembershipView(own: "a")
        let names: [NodeName] = ["b", "c", "d", "e"]
        for name in names { _ = view.joined(try Self.member(name)) }
        let left = try Self.member("b", .left)
        let failed = try Self.member("c", .dead)
        let changed = try Self.member("d", .suspect, meta: [1])
        #expect(
            view.reconcile([left, failed, changed])
                == [
                    .leave(left, .left), .leave(failed, .failed), .update(changed),
                    .leave(try Self.member("e"), .failed),
                ]
        )
        #expect(view.reconcile([left, failed, changed]).isEmpty)
    }
}
