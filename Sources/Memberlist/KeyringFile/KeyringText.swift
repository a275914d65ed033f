package import MemberlistWire

/// Serf's form of a keyring file: `[ "base64", … ]`.
///
/// It is read and written here, in one buffer that is wiped, and not by a JSON library: those copy texts around and
/// forget the copies in freed memory, where a key would stay as long as the process.
package enum KeyringText {
    /// The keys, in order.
    ///
    /// - Parameter text: Changed where it is: an escaped solidus, `\/`, which JSON allows in base64 and other
    ///   writers use, becomes one. No other escape stands for a character of base64 that needs one.
    package static func keys(in text: inout SecretBuffer, path: String) throws(KeyringFileError)
        -> [SecretKey]
    {
        guard var scratch = try? SecretBuffer(capacity: 2 * text.count) else {
            throw .system(path: path, action: "read", reason: "\(KeyError.systemUnavailable)")
        }
        return try text.withUnsafeMutableBytes { (text) throws(KeyringFileError) in
            var reader = Reader(text: text)
            guard let ranges = reader.stringRanges() else { throw .malformed(path: path) }
            guard !ranges.isEmpty else { throw .empty(path: path) }
            var keys: [SecretKey] = []
            for (index, range) in ranges.enumerated() {
                do {
                    let base64 = UnsafeRawBufferPointer(rebasing: text[range]).bytes
                    keys.append(try SecretKey(base64: base64, scratch: &scratch))
                } catch {
                    throw .badKey(path: path, place: index + 1, reason: "\(error)")
                }
            }
            return keys
        }
    }

    /// The whole file, as Serf lays it out.
    package static func text(_ keys: [SecretKey]) throws(KeyError) -> SecretBuffer {
        // Of each key: two blanks, two quotes, a comma, an end of line; and the zero that libsodium adds.
        let capacity = keys.reduce(8) { $0 + $1.base64Count + 7 }
        var text = try SecretBuffer(capacity: capacity)
        text.append("[")
        for (index, key) in keys.enumerated() {
            text.append(index == 0 ? "\n  \"" : ",\n  \"")
            key.appendBase64(to: &text)
            text.append("\"")
        }
        text.append("\n]\n")
        return text
    }
}

extension KeyringText {
    /// A strict reader of an array of texts. It never goes back, and makes nothing but places.
    private struct Reader {
        let text: UnsafeMutableRawBufferPointer
        private var at = 0

        init(text: UnsafeMutableRawBufferPointer) {
            self.text = text
        }

        /// Where the texts stand, without their quotes and escapes; nil where it is no array of texts.
        mutating func stringRanges() -> [Range<Int>]? {
            guard take("[") else { return nil }
            var ranges: [Range<Int>] = []
            if !take("]") {
                repeat {
                    guard let range = string() else { return nil }
                    ranges.append(range)
                } while take(",")
                guard take("]") else { return nil }
            }
            skipSpace()
            return at == text.count ? ranges : nil
        }

        private mutating func string() -> Range<Int>? {
            guard take("\"") else { return nil }
            let start = at
            var end = at
            while let byte = next() {
                switch byte {
                case UInt8(ascii: "\""): return start..<end
                case UInt8(ascii: "\\"):
                    guard next() == UInt8(ascii: "/") else { return nil }
                    text[end] = UInt8(ascii: "/")
                case ..<0x20: return nil
                default: text[end] = byte
                }
                end += 1
            }
            return nil
        }

        private mutating func next() -> UInt8? {
            guard at < text.count else { return nil }
            defer { at += 1 }
            return text[at]
        }

        /// Steps over the character, and the space before it, where it comes next.
        private mutating func take(_ character: Unicode.Scalar) -> Bool {
            skipSpace()
            guard at < text.count, text[at] == UInt8(ascii: character) else { return false }
            at += 1
            return true
        }

        private mutating func skipSpace() {
            while at < text.count, [0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
        }
    }
}
