import MemberlistWire
import Testing

@testable import MemberlistCore

/// One core whose time and network are the test's. Unless a test says otherwise there is no gossip round and
/// no push/pull, so that each directive has one cause.
struct Node {
    var core: GossipProtocol
    var now = Instant.at(0)
    /// Members that answer pings at once while time goes on.
    var answering: Set<NodeName> = []

    init(
        _ name: NodeName = "self",
        seed: UInt64 = 1,
        _ change: (inout ProtocolConfiguration) -> Void = { _ in }
    ) {
        var configuration = ProtocolConfiguration(name: name, endpoint: endpoint(1))
        configuration.gossipInterval = 0
        configuration.pushPullInterval = 0
        change(&configuration)
        core = GossipProtocol(configuration: configuration, seed: seed, at: now)
    }

    /// A node that knows `a`, `b`, `c` and so on, at 10.0.0.2 and up, alive at incarnation 1, and whose queue
    /// is empty.
    init(
        knowing count: Int,
        seed: UInt64 = 1,
        _ change: (inout ProtocolConfiguration) -> Void = { _ in }
    ) {
        self.init(seed: seed, change)
        for number in 0..<count { hear(alive(peer(number), at: number + 2)) }
        emptyQueues()
    }

    @discardableResult
    mutating func handle(_ input: Input) -> [Directive] {
        core.handle(input, at: now)
        return drain()
    }

    @discardableResult
    mutating func hear(_ message: Message, from sender: Endpoint = endpoint(2)) -> [Directive] {
        handle(.messageReceived(message, from: sender))
    }

    /// Lets time go on timer by timer, as a runtime that is never late.
    @discardableResult
    mutating func advance(to moment: Instant) -> [Directive] {
        var directives: [Directive] = []
        while let deadline = core.nextDeadline, deadline <= moment {
            now = max(deadline, now)
            core.advance(to: now)
            directives += drain()
        }
        now = max(moment, now)
        return directives
    }

    @discardableResult
    mutating func advance(by seconds: Double) -> [Directive] {
        advance(to: now.advanced(byNanoseconds: .seconds(seconds)))
    }

    /// The process stands still: time goes on, timers fire only then.
    mutating func stall(_ seconds: Double) -> [Directive] {
        now = now.advanced(byNanoseconds: .seconds(seconds))
        core.advance(to: now)
        return drain()
    }

    /// Lets time go on until a directive is given that the test wants; stops at a hundred timers.
    mutating func advance(until isWanted: (Directive) -> Bool) -> [Directive] {
        var directives: [Directive] = []
        for _ in 0..<100 {
            guard let deadline = core.nextDeadline else { break }
            directives += advance(to: deadline)
            if directives.contains(where: isWanted) { break }
        }
        return directives
    }

    /// The ping of the next round.
    mutating func nextPing() throws -> Ping {
        let directives = advance { if case .sendDatagram = $0 { true } else { false } }
        return try #require(directives.pings.first).ping
    }

    /// What pings elicit carries gossip: enough of them empty the queues.
    mutating func emptyQueues() {
        while core.queuedBroadcasts != (0, 0) {
            hear(.ping(Ping(sequence: 1, node: core.localMember.name)))
        }
    }

    func member(_ name: NodeName) -> Member? { core.members.first { $0.name == name } }

    private mutating func drain() -> [Directive] {
        var directives: [Directive] = []
        while let directive = core.nextDirective() {
            directives.append(directive)
            guard case .sendDatagram(let datagram) = directive else { continue }
            for case .ping(let ping) in datagram.messages where answering.contains(ping.node) {
                core.handle(
                    .messageReceived(.ack(Ack(sequence: ping.sequence)), from: datagram.destination),
                    at: now
                )
            }
        }
        return directives
    }
}

// MARK: Names, places and moments

func endpoint(_ number: Int, port: UInt16 = 7946) -> Endpoint {
    let bytes: [UInt8] = [10, 0, UInt8(number >> 8), UInt8(number & 0xff)]
    guard let address = IPAddress(bytes: bytes) else { preconditionFailure() }
    return Endpoint(address: address, port: port)
}

/// `a` to `z`, then `n26` and on.
func peer(_ number: Int) -> NodeName {
    number < 26 ? NodeName(String(UnicodeScalar(UInt8(97 + number)))) : NodeName("n\(number)")
}

func alive(
    _ name: NodeName,
    at number: Int,
    incarnation: UInt32 = 1,
    meta: [UInt8] = [],
    versions: WireBytes = [1, 5, 2, 0, 0, 0]
) -> Message {
    .alive(
        Alive(
            incarnation: incarnation,
            node: name,
            address: WireBytes(endpoint(number).address.bytes),
            port: 7946,
            meta: WireBytes(meta),
            versions: versions
        )
    )
}

func suspect(_ name: NodeName, incarnation: UInt32 = 1, from accuser: NodeName) -> Message {
    .suspect(Suspect(incarnation: incarnation, node: name, from: accuser))
}

func dead(_ name: NodeName, incarnation: UInt32 = 1, from accuser: NodeName) -> Message {
    .dead(Dead(incarnation: incarnation, node: name, from: accuser))
}

func state(
    _ name: NodeName,
    at number: Int,
    _ state: Int = 0,
    incarnation: UInt32 = 1,
    versions: WireBytes = [1, 5, 2, 0, 0, 0]
) -> PushNodeState {
    PushNodeState(
        name: name,
        address: WireBytes(endpoint(number).address.bytes),
        port: 7946,
        incarnation: incarnation,
        state: state,
        versions: versions
    )
}

extension Int64 {
    static func seconds(_ seconds: Double) -> Int64 { Int64((seconds * 1e9).rounded()) }
}

extension Instant {
    static func at(_ seconds: Double) -> Instant { Instant(nanoseconds: .seconds(seconds)) }
}

extension ProtocolRandom: RandomNumberGenerator {}
