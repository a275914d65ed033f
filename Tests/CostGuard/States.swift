import MemberlistCore
import MemberlistWire
import SampleCluster

/// A node that knows a hundred: states, out and in, and news. Here memory is asked for, for what is kept or sent; how
/// often does not depend on the members.
enum States {
    private static let members = 100
    private static let peer = SampleMembers.endpoint(1)

    static func figures() throws -> [Figure] {
        let ring = Keyring(primary: try SecretKey.random())
        return [try out(ring), try taken(ring), try news(), try drawn()]
    }

    private static func sealer(_ ring: Keyring) throws -> StreamSealer {
        StreamSealer(label: try Label("cluster"), keyring: ring, compression: true)
    }

    /// Nobody has changed since the last exchange.
    private static func out(_ ring: Keyring) throws -> Figure {
        var core = SampleCore.make(members: members)
        let sealer = try sealer(ring)
        return try Figure("send a hundred states that did not change", limit: 30_000) { round in
            let state = try SampleCore.localState(of: &core, ExchangeID(UInt64(round)), with: peer)
            var sealed: [UInt8] = []
            try sealer.seal(.state(state), .request(to: .unknown), into: &sealed)
        }
    }

    private static func taken(_ ring: Keyring) throws -> Figure {
        var sealed: [UInt8] = []
        let state = PushPull(nodes: (0..<members).map(SampleMembers.state))
        try sealer(ring).seal(.message(.pushPull(state)), .reply(.hashicorp), into: &sealed)
        return try Figure("take in a hundred states", limit: 30_000) { _ in
            var opener = StreamOpener(
                label: try Label("cluster"),
                keyring: ring,
                direction: .reply(to: nil)
            )
            opener.feed(sealed.span.bytes)
            guard case .pushPull(let state)? = try opener.next(), state.nodes.count == members else {
                throw Unexpected("no state was read")
            }
        }
    }

    /// Each time another member has other metadata: it is believed, queued and told to the application.
    private static func news() throws -> Figure {
        var core = SampleCore.make(members: members)
        let before = (0..<members).map { SampleMembers.alive($0) }
        let after = before.map { alive in
            var alive = alive
            alive.meta = WireBytes(alive.meta.bytes + [9])
            return alive
        }
        return Figure("hear what is new", limit: 2_500) { round in
            let number = round * 37 % members
            var alive = round / members % 2 == 0 ? after[number] : before[number]
            alive.incarnation = UInt32(2 + round / members)
            core.handle(.messageReceived(.alive(alive), from: peer), at: SampleCore.start)
            while core.nextDirective() != nil {}
        }
    }

    /// One member has other news, and a datagram is filled.
    private static func drawn() throws -> Figure {
        var queue = BroadcastQueue()
        let names = (0..<members).map(SampleMembers.name)
        let message = [UInt8](repeating: 7, count: 80)
        for name in names { queue.queue(message, name: name) }
        var drawn: [[UInt8]] = []
        return Figure("queue one and fill a datagram") { round in
            queue.queue(message, name: names[round * 37 % members])
            queue.draw(
                overhead: CompoundWriter.partOverhead,
                limit: 1_398,
                transmitLimit: 16,
                into: &drawn
            )
            drawn.removeAll(keepingCapacity: true)
        }
    }
}
