import FixtureSupport
import MemberlistWire

/// A trace of `membership.jsonl` as the steps of ``CoreRun``: who, which incarnation, and from where.
struct CoreTrace: Decodable {
    struct Step: Decodable {
        let op: String
        let message: Content
    }

    /// One message, or the states of a merge.
    enum Content: Decodable {
        case one(Fields)
        case many([Fields])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let many = try? container.decode([Fields].self) {
                self = .many(many)
            } else {
                self = .one(try container.decode(Fields.self))
            }
        }
    }

    struct Fields: Decodable {
        let node: String?
        let name: String?
        let from: String?
        let incarnation: UInt32
        let state: Int?

        enum CodingKeys: String, CodingKey {
            case node = "Node"
            case name = "Name"
            case from = "From"
            case incarnation = "Incarnation"
            case state = "State"
        }

        func place(of name: String?) -> UInt8 {
            let place = CoreRun.names.firstIndex { $0.description == name }
            return UInt8(place ?? (name == "zed" ? 5 : 0))
        }

        /// Incarnation, name, address, details, meta: what an alive takes from the input.
        var alive: [UInt8] {
            let who = place(of: node ?? name)
            return [UInt8(incarnation & 7), who, who % 6, 0, 0]
        }
    }

    let ops: [Step]

    static func all() throws -> [[UInt8]] {
        try Fixtures.lines("membership.jsonl", as: CoreTrace.self).map { trace in
            [0, 0x30, 1] + trace.ops.flatMap(bytes)
        }
    }

    private static func bytes(_ step: Step) -> [UInt8] {
        switch (step.op, step.message) {
        case ("alive", .one(let fields)):
            return [0] + fields.alive + [1]
        case ("suspect", .one(let fields)), ("dead", .one(let fields)):
            let kind: UInt8 = step.op == "dead" ? 4 : 3
            return [
                kind, UInt8(fields.incarnation & 7), fields.place(of: fields.node),
                fields.place(of: fields.from), 2,
            ]
        case (_, .many(let states)):
            var bytes: [UInt8] = [10, 0, UInt8(min(states.count, 5))]
            for state in states.prefix(5) { bytes += state.alive + [UInt8((state.state ?? 0) + 1)] }
            return bytes + [0]
        default:
            return []
        }
    }
}
