internal import CSodium

extension SecretKey {
    /// A key from its standard base64, padding included, as `keygen` writes it.
    ///
    /// - Throws: a ``KeyError`` that says which mistake it is: not base64 at all, base64 without its
    ///   padding, base64 of base64, or a key of another length.
    public convenience init(base64 text: String) throws(KeyError) {
        guard var bytes = Self.decode(text, variant: memberlist_base64_padded()) else {
            var unpadded = Self.decode(text, variant: memberlist_base64_unpadded())
            Self.forget(&unpadded)
            throw unpadded == nil ? .notBase64 : .unpaddedBase64
        }
        defer { bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) } }
        // Even where the length is a key's: the base64 of 16 bytes has 24 characters, and no random key is text.
        if Self.isBase64OfKey(bytes) { throw .encodedTwice }
        try self.init(bytes: bytes)
    }

    /// The key's standard base64. It is the key itself: for writing keyring files and for `keygen` alone.
    package func base64() -> String {
        withUnsafeBytes { bytes in
            var text = [CChar](repeating: 0, count: memberlist_base64_encoded_length(bytes.count))
            defer { text.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) } }
            sodium_bin2base64(
                &text,
                text.count,
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self),
                bytes.count,
                memberlist_base64_padded()
            )
            return String(decoding: text.lazy.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private static func isBase64OfKey(_ bytes: [UInt8]) -> Bool {
        var inner = decode(String(decoding: bytes, as: UTF8.self), variant: memberlist_base64_padded())
        defer { forget(&inner) }
        return inner.map { [16, 24, 32].contains($0.count) } ?? false
    }

    private static func decode(_ text: String, variant: CInt) -> [UInt8]? {
        var characters = Array(text.utf8)
        defer { characters.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) } }
        // libsodium 1.0.18 reads a byte beyond ASCII as if it were an 'A'.
        guard characters.allSatisfy({ $0 < 0x80 }) else { return nil }
        var bytes = [UInt8](repeating: 0, count: characters.count + 1)
        var count = 0
        let status = characters.withUnsafeBytes { source in
            sodium_base642bin(
                &bytes,
                bytes.count,
                source.baseAddress?.assumingMemoryBound(to: CChar.self),
                source.count,
                nil,
                &count,
                nil,
                variant
            )
        }
        let decoded = status == 0 && !characters.isEmpty ? Array(bytes.prefix(count)) : nil
        bytes.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
        return decoded
    }

    private static func forget(_ bytes: inout [UInt8]?) {
        bytes?.withUnsafeMutableBytes { sodium_memzero($0.baseAddress, $0.count) }
    }
}
