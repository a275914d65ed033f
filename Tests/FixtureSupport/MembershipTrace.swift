/// A line of `membership.jsonl`: what one node of HashiCorp's heard, and how it stood after each of it.
public struct MembershipTrace: Decodable {
    public struct Message: Decodable {
        public let node: String?
        public let name: String?
        public let from: String?
        public let addr: Hex?
        public let port: UInt16?
        public let meta: Hex?
        public let vsn: Hex?
        public let incarnation: UInt32
        public let state: Int?

        private enum CodingKeys: String, CodingKey {
            case node = "Node"
            case name = "Name"
            case from = "From"
            case addr = "Addr"
            case port = "Port"
            case meta = "Meta"
            case vsn = "Vsn"
            case incarnation = "Incarnation"
            case state = "State"
        }
    }

    public struct Node: Decodable, Hashable {
        public let name: String
        public let addr: Hex
        public let port: UInt16
        public let meta: Hex
        public let state: String
        public let vsn: Hex
        public let incarnation: UInt32
    }

    public struct Event: Decodable, Hashable {
        public let event: String
        public let name: String
        public let addr: Hex
        public let port: UInt16
        public let meta: Hex?
    }

    public struct After: Decodable {
        public let nodes: [Node]
        public let events: [Event]
        public let confirmations: [String: Int]
        public let healthScore: Int
        public let queuedAboutOthers: [String]
    }

    public struct Operation: Decodable {
        public let op: String
        public let messages: [Message]
        public let after: After

        private enum CodingKeys: CodingKey { case op, message, after }

        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            op = try container.decode(String.self, forKey: .op)
            after = try container.decode(After.self, forKey: .after)
            if let one = try? container.decode(Message.self, forKey: .message) {
                messages = [one]
            } else {
                messages = try container.decode([Message].self, forKey: .message)
            }
        }
    }

    public let trace: Int
    public let localNode: String
    public let suspicionMult: Int
    public let deadNodeReclaim: Bool
    public let aliveDelegateRefusesNamesStartingWithZ: Bool
    public let ops: [Operation]
}
