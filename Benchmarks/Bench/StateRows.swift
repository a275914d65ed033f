import MemberlistCore
import MemberlistWire
import SampleCluster

/// Whole states of a large cluster, in HashiCorp's dialect.
struct StateRows {
    let inputs: Inputs
    let members: Int
    private static let milliseconds = 1_000.0
    private let peer = SampleMembers.endpoint(1)

    init(_ inputs: Inputs, members: Int = Inputs.members) {
        self.inputs = inputs
        self.members = members
    }

    /// The table's members become a message, compressed and encrypted.
    ///
    /// - Parameter afresh: Whether every member says something else each time, so that nothing kept is of use.
    func sendOut(afresh: Bool = false, seconds: Double) throws -> Figure {
        var core = SampleCore.make(members: members)
        let sealer = StreamSealer(label: try Label(Inputs.label), keyring: inputs.ring, compression: true)
        var number: UInt64 = 0
        var incarnation: UInt32 = 1
        return try Stopwatch(seconds: seconds).measure(
            "pushpull-out-\(members)",
            unit: "ms",
            per: Self.milliseconds,
            batch: afresh ? 1 : max(1, 20_000 / members),
            prepare: {
                guard afresh else { return }
                incarnation += 1
                for number in 0..<members {
                    let alive = SampleMembers.alive(number, incarnation: incarnation)
                    core.handle(.messageReceived(.alive(alive), from: peer), at: SampleCore.start)
                    while core.nextDirective() != nil {}
                }
            },
            { _ in
                number += 1
                let state = try SampleCore.localState(of: &core, ExchangeID(number), with: peer)
                var sealed: [UInt8] = []
                try sealer.seal(.state(state), .request(to: .unknown), into: &sealed)
                if sealed.count < members { throw Unexpected("\(sealed.count) bytes") }
            }
        )
    }

    /// The bytes of a stream become a message whose states can be looked at.
    func takeIn(seconds: Double) throws -> Figure {
        let bytes = try sealedState()
        return try Stopwatch(seconds: seconds).measure(
            "pushpull-in-\(members)",
            unit: "ms",
            per: Self.milliseconds,
            batch: max(1, 20_000 / members)
        ) { _ in
            let state = try read(bytes)
            if state.nodes.count != members { throw Unexpected("\(state.nodes.count) members") }
        }
    }

    /// Members whom the table holds just so: versions are compared, and nothing changes.
    func merge(seconds: Double) throws -> Figure {
        var core = SampleCore.make(members: members)
        let state = try read(try sealedState())
        let batch = 10
        var number: UInt64 = 0
        return try Stopwatch(seconds: seconds).measure(
            "merge-\(members)",
            unit: "ms",
            per: Self.milliseconds,
            batch: batch,
            // Exchanges that wait for a peer's answer.
            prepare: {
                for _ in 0..<batch {
                    number += 1
                    core.handle(.joinRequested(ExchangeID(number), peer, name: nil), at: SampleCore.start)
                    while core.nextDirective() != nil {}
                }
            },
            { round in
                let id = ExchangeID(number - UInt64(round))
                core.handle(.stateReceived(id, state), at: SampleCore.start)
                var isMerged = false
                while let directive = core.nextDirective() {
                    if case .exchangeFinished(id, .merged(members)) = directive { isMerged = true }
                }
                if !isMerged { throw Unexpected("nothing was merged") }
            }
        )
    }

    private func sealedState() throws -> [UInt8] {
        members == Inputs.members ? inputs.state : try Inputs.sealedState(inputs.ring, of: members)
    }

    private func read(_ bytes: [UInt8]) throws -> PushPull {
        var opener = StreamOpener(
            label: try Label(Inputs.label),
            keyring: inputs.ring,
            direction: .reply(to: nil)
        )
        var fed = 0
        while fed < bytes.count {
            let end = min(fed + Limits.streamRead, bytes.count)
            opener.feed(bytes.span.bytes.extracting(fed..<end))
            fed = end
            if case .pushPull(let state)? = try opener.next() { return state }
        }
        throw Unexpected("no state was read")
    }
}
