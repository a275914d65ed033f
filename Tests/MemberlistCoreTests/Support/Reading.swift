import FixtureSupport
import MemberlistCore
import MemberlistWire
import Testing

// What directives say, taken apart for tests.

extension Datagram {
    /// The messages of the payload; none where a byte of it is not as it should be.
    var messages: [Message] {
        if payload.first != MessageType.compound.rawValue {
            return (try? Message.decode(payload[...])).map { [$0] } ?? []
        }
        var messages: [Message] = []
        guard var reader = try? CompoundReader(payload[1...]) else { return [] }
        while let part = try? reader.next() {
            guard let message = try? Message.decode(part) else { return [] }
            messages.append(message)
        }
        return messages
    }
}

extension [Directive] {
    var datagrams: [Datagram] {
        compactMap { if case .sendDatagram(let datagram) = $0 { datagram } else { nil } }
    }

    /// All messages of all datagrams.
    var messages: [Message] { datagrams.flatMap(\.messages) }

    var pings: [(ping: Ping, to: Endpoint)] {
        datagrams.flatMap { datagram in
            datagram.messages.compactMap {
                if case .ping(let ping) = $0 { (ping, datagram.destination) } else { nil }
            }
        }
    }

    var indirectPings: [(ping: IndirectPing, to: Endpoint)] {
        datagrams.flatMap { datagram in
            datagram.messages.compactMap {
                if case .indirectPing(let ping) = $0 { (ping, datagram.destination) } else { nil }
            }
        }
    }

    var notices: [Notice] { compactMap { if case .noticed(let notice) = $0 { notice } else { nil } } }

    /// Names with what became of them.
    var changes: [Change] {
        compactMap {
            if case .memberChanged(let member, let change, _) = $0 {
                Change(member.name, change)
            } else {
                nil
            }
        }
    }

    /// Why members were suspected or declared failed.
    var evidence: [FailureEvidence] {
        compactMap { if case .memberChanged(_, _, let grounds) = $0 { grounds.evidence } else { nil } }
    }

    var conflicts: [(existing: Member, claimed: Member)] {
        compactMap { if case .conflict(let existing, let claimed) = $0 { (existing, claimed) } else { nil } }
    }

    var exchanges: [(id: ExchangeID, with: Endpoint, state: PushPull)] {
        compactMap {
            if case .exchangeState(let id, let with, _, let state) = $0 {
                (id, with, state.heard)
            } else {
                nil
            }
        }
    }

    var aliveDecisions: [(id: DecisionID, member: Member)] {
        compactMap { if case .decideAlive(let id, let member) = $0 { (id, member) } else { nil } }
    }
}

struct Change: Hashable {
    let name: NodeName
    let change: MemberChange

    init(_ name: NodeName, _ change: MemberChange) {
        self.name = name
        self.change = change
    }
}
