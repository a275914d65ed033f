/// Encrypted records: checked by their first bytes, and opened when they are whole.
extension StreamOpener {
    mutating func readRecord(_ admitting: (OpenedFrame) -> Bool) throws(WireError) -> StreamMessage? {
        let arrived = unread
        guard let keyring, arrived.count >= StreamRecord.headerCount else { return nil }
        let header = Array(arrived.prefix(StreamRecord.headerCount))
        let count = StreamRecord.count(in: header[...])
        guard count <= limits.record else { throw .limitExceeded }
        let rest = UnsafeRawBufferPointer(rebasing: arrived.dropFirst(StreamRecord.headerCount))
        // Not the bytes behind a record that is too short for a frame.
        try checkFrameHead(
            RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: rest.prefix(count))),
            keyring
        )
        guard rest.count >= count else { return nil }

        var body: [UInt8] = []
        let frame = RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: rest.prefix(count)))
        let opened = try open(frame, header: header, with: keyring, into: &body)
        guard admitting(opened) else { throw .replayed }
        record = opened
        dialect.answers = opened.identity.nativeNonce
        isAuthenticated = true
        finish(StreamRecord.headerCount + count)
        guard !body.isEmpty else { throw .emptyBody }
        return try decodeBody(body[...])
    }

    private func open(
        _ frame: RawSpan,
        header: [UInt8],
        with keyring: Keyring,
        into body: inout [UInt8]
    ) throws(WireError) -> OpenedFrame {
        if Keyring.isNativeFrame(frame) {
            var additional: [UInt8] = []
            return try keyring.openNatively(frame, bound: binding(), additional: &additional, into: &body)
        }
        let bound = StreamRecord.additionalData(header: header[...], label: label)
        return try keyring.open(
            frame,
            acceptsPadded: acceptsPadded,
            additionalData: bound.span.bytes,
            into: &body
        )
    }

    /// Refuses by the first bytes what no key of the ring can open, before a whole record is waited for.
    private func checkFrameHead(_ frame: RawSpan, _ keyring: Keyring) throws(WireError) {
        guard !frame.isEmpty else { return }
        let isNative = Keyring.isNativeFrame(frame)
        switch direction {
        case .inbound, .reply(to: nil):
            guard isNative || policy != .native else { throw .dialectRefused }
        case .reply(to: .some):
            guard isNative else { throw .dialectRefused }
        }
        if case .reply(to: nil) = direction, isNative { throw .dialectRefused }
        guard isNative else {
            let version = frame.unsafeLoad(as: UInt8.self)
            guard version <= 1 else { throw .unknownEncryptionVersion(version) }
            return
        }
        try keyring.checkKeyOfNativeFrame(frame)
    }

    private func binding() -> NativeBinding {
        switch direction {
        case .inbound, .reply(to: nil): .request(label: label, receiver: name)
        case .reply(to: .some(let nonce)): .reply(label: label, receiver: name, answers: nonce)
        }
    }
}
