import MemberlistWire

// Durations are milliseconds; a name is text, or an array of its bytes where it is not UTF-8; an address is
// text: `"cause":"member","by":"web-2"`.

extension FailureEvidence: Codable {
    private enum Key: String, CodingKey {
        case incarnation, probe, suspicion
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            cause: try Cause(from: decoder),
            incarnation: try container.decode(UInt32.self, forKey: .incarnation),
            probe: try container.decodeIfPresent(FailedProbe.self, forKey: .probe),
            suspicion: try container.decodeIfPresent(PastSuspicion.self, forKey: .suspicion)
        )
    }

    public func encode(to encoder: any Encoder) throws {
        try cause.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(incarnation, forKey: .incarnation)
        try container.encodeIfPresent(probe, forKey: .probe)
        try container.encodeIfPresent(suspicion, forKey: .suspicion)
    }
}

extension FailureEvidence.Cause: Codable {
    private enum Key: String, CodingKey {
        case cause, by, peer
    }

    private enum Word: String, Codable {
        case probe, timeout, member, stateExchange
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        switch try container.decode(Word.self, forKey: .cause) {
        case .probe: self = .probe
        case .timeout: self = .timeout
        case .member: self = .member(try container.decode(CodedName.self, forKey: .by).name)
        case .stateExchange:
            let peer = try container.decodeIfPresent(CodedEndpoint.self, forKey: .peer)
            self = .stateExchange(with: peer?.endpoint)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .probe: try container.encode(Word.probe, forKey: .cause)
        case .timeout: try container.encode(Word.timeout, forKey: .cause)
        case .member(let name):
            try container.encode(Word.member, forKey: .cause)
            try container.encode(CodedName(name: name), forKey: .by)
        case .stateExchange(let peer):
            try container.encode(Word.stateExchange, forKey: .cause)
            try container.encodeIfPresent(peer.map { CodedEndpoint(endpoint: $0) }, forKey: .peer)
        }
    }
}

extension FailedProbe: Codable {
    private enum Key: String, CodingKey {
        case milliseconds, directMilliseconds, helpers, helperCount, nacks, stream
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            duration: try container.decode(CodedDuration.self, forKey: .milliseconds).duration,
            directWait: try container.decode(CodedDuration.self, forKey: .directMilliseconds).duration,
            helpers: try container.decode([Helper].self, forKey: .helpers),
            helperCount: try container.decode(Int.self, forKey: .helperCount),
            nacks: try container.decode(Int.self, forKey: .nacks),
            stream: try container.decodeIfPresent(Stream.self, forKey: .stream)
        )
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(CodedDuration(duration: duration), forKey: .milliseconds)
        try container.encode(CodedDuration(duration: directWait), forKey: .directMilliseconds)
        try container.encode(helpers, forKey: .helpers)
        try container.encode(helperCount, forKey: .helperCount)
        try container.encode(nacks, forKey: .nacks)
        try container.encodeIfPresent(stream, forKey: .stream)
    }
}

extension FailedProbe.Helper: Codable {
    private enum Key: String, CodingKey {
        case name, address, nack, milliseconds
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            name: try container.decode(CodedName.self, forKey: .name).name,
            endpoint: try container.decode(CodedEndpoint.self, forKey: .address).endpoint,
            sentNack: try container.decode(Bool.self, forKey: .nack),
            duration: try container.decode(CodedDuration.self, forKey: .milliseconds).duration
        )
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(CodedName(name: name), forKey: .name)
        try container.encode(CodedEndpoint(endpoint: endpoint), forKey: .address)
        try container.encode(sentNack, forKey: .nack)
        try container.encode(CodedDuration(duration: duration), forKey: .milliseconds)
    }
}

extension FailedProbe.Stream: Codable {
    private enum Key: String, CodingKey {
        case failed, milliseconds
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            hasFailed: try container.decode(Bool.self, forKey: .failed),
            duration: try container.decode(CodedDuration.self, forKey: .milliseconds).duration
        )
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(hasFailed, forKey: .failed)
        try container.encode(CodedDuration(duration: duration), forKey: .milliseconds)
    }
}

extension PastSuspicion: Codable {
    private enum Key: String, CodingKey {
        case milliseconds, confirmations, confirmationCount, expectedConfirmations
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            cause: try FailureEvidence.Cause(from: decoder),
            duration: try container.decode(CodedDuration.self, forKey: .milliseconds).duration,
            confirmations: try container.decode([Confirmation].self, forKey: .confirmations),
            confirmationCount: try container.decode(Int.self, forKey: .confirmationCount),
            expectedConfirmations: try container.decode(Int.self, forKey: .expectedConfirmations)
        )
    }

    public func encode(to encoder: any Encoder) throws {
        try cause.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(CodedDuration(duration: duration), forKey: .milliseconds)
        try container.encode(confirmations, forKey: .confirmations)
        try container.encode(confirmationCount, forKey: .confirmationCount)
        try container.encode(expectedConfirmations, forKey: .expectedConfirmations)
    }
}

extension PastSuspicion.Confirmation: Codable {
    private enum Key: String, CodingKey {
        case by, milliseconds
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        self.init(
            name: try container.decode(CodedName.self, forKey: .by).name,
            after: try container.decode(CodedDuration.self, forKey: .milliseconds).duration
        )
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(CodedName(name: name), forKey: .by)
        try container.encode(CodedDuration(duration: after), forKey: .milliseconds)
    }
}
