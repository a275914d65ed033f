import MemberlistWire

extension SecretKey {
    /// The key's base64, to compare with; sources have it in wiped memory alone.
    func base64() throws -> String {
        var text = try SecretBuffer(capacity: base64Count + 1)
        appendBase64(to: &text)
        return text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
