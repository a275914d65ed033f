import DequeModule
import FixtureSupport
import MemberlistCore
import MemberlistWire

/// Some cores and a network between them, in virtual time. Node `n` is `peer(n)` at `endpoint(n + 1)`.
struct Cluster {
    private enum Delivery {
        case message(Message, from: Int)
        case offer(PushPull, from: Int, ExchangeID)
        case answer(PushPull, ExchangeID)
        case refusal(ExchangeID)
        case streamPing(sequence: UInt32, from: Int)
        case streamPingFinished(sequence: UInt32, answered: Bool)
    }

    struct Event {
        let at: Instant
        let node: Int
        let change: Change
    }

    private(set) var cores: [GossipProtocol] = []
    private(set) var now = Instant.at(0)
    private(set) var events: [Event] = []
    private(set) var notices: [Notice] = []
    /// Those that stand still: no timer fires, nothing is read.
    var paused: Set<Int> = []
    /// Whether a datagram, and a stream, is lost on its way.
    var losesDatagram: (_ from: Int, _ to: Int) -> Bool = { _, _ in false }
    var losesStream: (_ from: Int, _ to: Int) -> Bool = { _, _ in false }

    private let latency: Int64 = 2_000_000
    /// One latency for all: what was sent first arrives first.
    private var underWay: Deque<(due: Instant, to: Int, Delivery)> = []
    private var offers: [StreamID: (from: Int, exchange: ExchangeID)] = [:]
    private var lastID: UInt64 = 0

    init(_ count: Int, seed: UInt64, _ change: (inout ProtocolConfiguration) -> Void = { _ in }) {
        for number in 0..<count {
            var configuration = ProtocolConfiguration(name: peer(number), endpoint: endpoint(number + 1))
            change(&configuration)
            cores.append(
                GossipProtocol(configuration: configuration, seed: seed &* 1_000 &+ UInt64(number), at: now)
            )
        }
    }

    /// All join through the first.
    mutating func joinAll() {
        for node in cores.indices.dropFirst() { join(node, through: 0) }
    }

    mutating func join(_ node: Int, through seed: Int) {
        lastID += 1
        handle(.joinRequested(ExchangeID(lastID), endpoint(seed + 1), name: nil), by: node)
    }

    mutating func handle(_ input: Input, by node: Int) {
        cores[node].handle(input, at: now)
        execute(node)
    }

    mutating func run(_ seconds: Double) {
        let end = now.advanced(byNanoseconds: .seconds(seconds))
        while true {
            let due = underWay.first?.due ?? Instant(nanoseconds: .max)
            var next = (at: due, node: -1)
            for node in cores.indices where !paused.contains(node) {
                if let deadline = cores[node].nextDeadline, deadline < next.at { next = (deadline, node) }
            }
            guard next.at <= end else { break }
            now = max(now, next.at)
            if next.node >= 0 {
                cores[next.node].advance(to: now)
                execute(next.node)
            } else if let (_, node, delivery) = underWay.popFirst(), !paused.contains(node) {
                deliver(delivery, to: node)
            }
        }
        now = end
    }

    /// What each that runs believes of one member.
    func beliefs(of node: Int) -> [MemberState?] {
        cores.indices.filter { $0 != node && !paused.contains($0) }.map { other in
            cores[other].members.first { $0.name == peer(node) }?.state
        }
    }

    /// Whether all that run know all that run, and nobody else, as alive.
    var isWhole: Bool {
        let running = cores.indices.filter { !paused.contains($0) }
        let names = running.map(peer).sorted()
        return running.allSatisfy { node in
            let alive = cores[node].members.filter { $0.state == .alive }
            return alive.map(\.name).sorted() == names
        }
    }

    func count(_ change: MemberChange) -> Int { events.filter { $0.change.change == change }.count }

    // MARK: The network

    private mutating func send(_ delivery: Delivery, to node: Int) {
        underWay.append((now.advanced(byNanoseconds: latency), node, delivery))
    }

    private func node(at endpoint: Endpoint) -> Int? {
        let bytes = endpoint.address.bytes
        let number = Int(bytes[2]) << 8 | Int(bytes[3])
        return cores.indices.contains(number - 1) ? number - 1 : nil
    }

    private mutating func deliver(_ delivery: Delivery, to node: Int) {
        switch delivery {
        case .message(let message, let sender):
            handle(.messageReceived(message, from: endpoint(sender + 1)), by: node)
        case .offer(let state, let sender, let exchange):
            lastID += 1
            offers[StreamID(lastID)] = (sender, exchange)
            handle(.stateOffered(StreamID(lastID), state), by: node)
        case .answer(let state, let exchange):
            handle(.stateReceived(exchange, state), by: node)
        case .refusal(let exchange):
            handle(.exchangeFailed(exchange), by: node)
        case .streamPing(let sequence, let sender):
            send(.streamPingFinished(sequence: sequence, answered: true), to: sender)
        case .streamPingFinished(let sequence, let answered):
            handle(.streamPingFinished(sequence: sequence, answered: answered), by: node)
        }
    }

    private mutating func execute(_ node: Int) {
        while let directive = cores[node].nextDirective() {
            switch directive {
            case .sendDatagram(let datagram):
                guard let receiver = self.node(at: datagram.destination), !losesDatagram(node, receiver)
                else {
                    continue
                }
                for message in datagram.messages { send(.message(message, from: node), to: receiver) }
            case .exchangeState(let id, let endpoint, _, let state):
                guard let peer = self.node(at: endpoint), !paused.contains(peer), !losesStream(node, peer)
                else {
                    send(.refusal(id), to: node)
                    continue
                }
                send(.offer(state.heard, from: node, id), to: peer)
            case .answerState(let stream, let state):
                guard let offer = offers.removeValue(forKey: stream) else { continue }
                send(.answer(state.heard, offer.exchange), to: offer.from)
            case .pingOverStream(let sequence, let endpoint, _, _):
                guard let peer = self.node(at: endpoint), !losesStream(node, peer) else { continue }
                send(.streamPing(sequence: sequence, from: node), to: peer)
            case .memberChanged(let member, let change, _):
                events.append(Event(at: now, node: node, change: Change(member.name, change)))
            case .noticed(let notice):
                notices.append(notice)
            default:
                break
            }
        }
    }
}
