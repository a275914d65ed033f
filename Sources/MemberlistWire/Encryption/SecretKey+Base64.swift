internal import CSodium

extension SecretKey {
    /// A key from its standard base64, padding included, as `keygen` writes it. The text is the caller's to
    /// forget.
    ///
    /// - Throws: a ``KeyError`` that says which mistake it is: not base64 at all, base64 without its
    ///   padding, base64 of base64, or a key of another length.
    public convenience init(base64 text: String) throws(KeyError) {
        var scratch = try SecretBuffer(capacity: 2 * text.utf8.count)
        try self.init(base64: text.utf8.span.bytes, scratch: &scratch)
    }

    /// The same, from text in memory that the caller wipes.
    ///
    /// - Parameter scratch: With twice the text's room, for what it decodes to.
    package convenience init(base64 text: RawSpan, scratch: inout SecretBuffer) throws(KeyError) {
        let count = try Self.decodeKey(text, into: &scratch)
        try self.init(byteCount: count) { key in
            scratch.withUnsafeBytes { key.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }

    /// Appends the key's standard base64. It is the key itself: for keyring files and for `keygen` alone.
    package func appendBase64(to text: inout SecretBuffer) {
        withUnsafeBytes { bytes in
            _ = text.append { room in
                guard let start = room.baseAddress else { return 0 }
                // libsodium ends the text with a zero, which is not of it.
                sodium_bin2base64(
                    start.assumingMemoryBound(to: CChar.self),
                    room.count,
                    bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    bytes.count,
                    memberlist_base64_padded()
                )
                return base64Count
            }
        }
    }

    /// The characters of its base64. ``appendBase64(to:)`` needs room for one more.
    package var base64Count: Int { memberlist_base64_encoded_length(byteCount) - 1 }

    /// Sets the buffer to begin with the key, and returns how many bytes that is.
    private static func decodeKey(_ text: RawSpan, into bytes: inout SecretBuffer) throws(KeyError) -> Int {
        bytes.removeAll()
        guard let count = decode(text, variant: memberlist_base64_padded(), into: &bytes) else {
            let unpadded = decode(text, variant: memberlist_base64_unpadded(), into: &bytes)
            throw unpadded == nil ? .notBase64 : .unpaddedBase64
        }
        // Even where the length is a key's: the base64 of 16 bytes has 24 characters, and no random key is text.
        let key = bytes.withUnsafeBytes { $0 }
        if let inner = decode(key.bytes, variant: memberlist_base64_padded(), into: &bytes),
            [16, 24, 32].contains(inner)
        {
            throw .encodedTwice
        }
        return count
    }

    /// Appends what the text stands for; nil, and nothing is appended, where it is no base64 of that variant.
    private static func decode(_ text: RawSpan, variant: CInt, into bytes: inout SecretBuffer) -> Int? {
        text.withUnsafeBytes { text in
            // libsodium 1.0.18 reads a byte beyond ASCII as if it were an 'A'.
            guard !text.isEmpty, text.allSatisfy({ $0 < 0x80 }) else { return nil }
            var isDecoded = false
            let count = bytes.append { room in
                guard let start = room.baseAddress else { return 0 }
                var count = 0
                isDecoded =
                    sodium_base642bin(
                        start.assumingMemoryBound(to: UInt8.self),
                        room.count,
                        text.baseAddress?.assumingMemoryBound(to: CChar.self),
                        text.count,
                        nil,
                        &count,
                        nil,
                        variant
                    ) == 0
                return isDecoded ? count : 0
            }
            return isDecoded ? count : nil
        }
    }
}
