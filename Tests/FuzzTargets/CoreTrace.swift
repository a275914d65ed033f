import FixtureSupport
import MemberlistWire

/// The traces of `membership.jsonl` as the steps of ``CoreRun``: who, which incarnation, and from where.
enum CoreTrace {
    static func all() throws -> [[UInt8]] {
        try Fixtures.lines("membership.jsonl", as: MembershipTrace.self).map { trace in
            [0, 0x30, 1] + trace.ops.flatMap(bytes)
        }
    }

    private static func bytes(_ operation: MembershipTrace.Operation) -> [UInt8] {
        switch (operation.op, operation.messages.first) {
        case ("alive", let message?): return [0] + alive(message) + [1]
        case ("suspect", let message?), ("dead", let message?):
            let kind: UInt8 = operation.op == "dead" ? 4 : 3
            return [
                kind, UInt8(message.incarnation & 7), place(of: message.node), place(of: message.from), 2,
            ]
        default:
            var bytes: [UInt8] = [10, 0, UInt8(min(operation.messages.count, 5))]
            for state in operation.messages.prefix(5) {
                bytes += alive(state) + [UInt8((state.state ?? 0) + 1)]
            }
            return bytes + [0]
        }
    }

    private static func place(of name: String?) -> UInt8 {
        let place = CoreRun.names.firstIndex { $0.description == name }
        return UInt8(place ?? (name == "zed" ? 5 : 0))
    }

    /// Incarnation, name, address, details, meta: what an alive takes from the input.
    private static func alive(_ message: MembershipTrace.Message) -> [UInt8] {
        let who = place(of: message.node ?? message.name)
        return [UInt8(message.incarnation & 7), who, who % 6, 0, 0]
    }
}
