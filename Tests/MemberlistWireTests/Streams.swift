@testable import MemberlistWire

/// A message, and what seals and opens streams that carry it.
enum Streams {
    private static let keyBytes = [UInt8](1...32)

    static func keyring() throws -> Keyring {
        try Keyring([SecretKey(bytes: keyBytes)])
    }

    static let message = StreamMessage.pushPull(
        PushPull(
            join: true,
            nodes: (0..<20).map { PushNodeState(name: NodeName("node-\($0)"), state: $0 % 4) },
            userState: [1, 2, 3]
        )
    )

    static func plain(_ message: StreamMessage = message) -> [UInt8] {
        var bytes: [UInt8] = []
        message.encode(into: &bytes)
        return bytes
    }

    static func opener(
        label: Label = .none,
        keyring: Keyring? = nil,
        verifiesIncoming: Bool = true,
        direction: StreamOpener.Direction = .inbound,
        limits: StreamOpener.Bounds = .init()
    ) -> StreamOpener {
        StreamOpener(
            label: label,
            keyring: keyring,
            verifiesIncoming: verifiesIncoming,
            direction: direction,
            limits: limits
        )
    }

    static func read(
        _ bytes: [UInt8],
        by opener: consuming StreamOpener
    ) throws(WireError) -> StreamMessage? {
        opener.feed(bytes)
        return try opener.next()
    }

    static func sealed(
        _ body: [UInt8],
        label: Label = .none,
        role: StreamRole = .request(to: .unknown),
        padded: Bool = false
    ) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try StreamSealer(label: label, keyring: keyring(), compression: false, padded: padded)
            .seal(body, role, into: &bytes)
        return bytes
    }
}
