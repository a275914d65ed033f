import MemberlistWire

/// Milliseconds, exact to the nanosecond for some months.
struct CodedDuration: Codable {
    let duration: Duration

    init(duration: Duration) {
        self.duration = duration
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let nanoseconds = Int64(exactly: (try container.decode(Double.self) * 1e6).rounded()) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a duration")
        }
        duration = .nanoseconds(nanoseconds)
    }

    func encode(to encoder: any Encoder) throws {
        let (seconds, attoseconds) = duration.components
        var container = encoder.singleValueContainer()
        try container.encode((Double(seconds) * 1e9 + Double(attoseconds / 1_000_000_000)) / 1e6)
    }
}

/// A name as text; as an array of its bytes where those are not UTF-8.
struct CodedName: Codable {
    let name: NodeName

    init(name: NodeName) {
        self.name = name
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            name = NodeName(text)
        } else {
            name = NodeName(bytes: try container.decode([UInt8].self)[...])
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let text = String(validating: name.bytes, as: UTF8.self) {
            try container.encode(text)
        } else {
            try container.encode(Array(name.bytes))
        }
    }
}

/// `10.0.0.1:7946` or `[fe80::1]:7946`.
struct CodedEndpoint: Codable {
    let endpoint: Endpoint

    init(endpoint: Endpoint) {
        self.endpoint = endpoint
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        let colon = text.lastIndex(of: ":") ?? text.startIndex
        var host = text[..<colon]
        if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
        guard let address = IPAddress(String(host)), let port = UInt16(text[colon...].dropFirst()) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "not an address and a port"
            )
        }
        endpoint = Endpoint(address: address, port: port)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(endpoint.description)
    }
}
