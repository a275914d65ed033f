import Memberlist
import MemberlistWire

extension FuzzTarget {
    /// The text of a keyring file.
    static let keyringFile = FuzzTarget("keyring-file", longestInput: 512, seeds: KeyringSeeds.all) { bytes in
        guard var text = try? SecretBuffer(capacity: bytes.count) else { return }
        text.append { room in
            room.copyBytes(from: bytes)
            return bytes.count
        }
        let read = Outcome { () throws(KeyringFileError) in try KeyringText.keys(in: &text, path: "file") }
        guard let keys = read.value else {
            if case .refused(let error) = read {
                try require(!error.description.isEmpty, "it does not say why")
            }
            return
        }
        // Not a key that does not stand there, not one left out.
        try require(!keys.isEmpty, "a ring without keys")
        try require(keys.count * 2 == bytes.count { $0 == UInt8(ascii: "\"") }, "keys were lost, or made up")
        var unread = bytes.filter { $0 != UInt8(ascii: "\\") }[...]
        for key in keys {
            let base64 = try base64(of: key)
            while !unread.isEmpty, !unread.starts(with: base64) { unread.removeFirst() }
            try require(!unread.isEmpty, "a key does not stand in the text")
            unread = unread.dropFirst(base64.count)
        }
        var written = try KeyringText.text(keys)
        let again = try KeyringText.keys(in: &written, path: "file")
        try require(again == keys, "written and read again it is another ring")
    }

    private static func base64(of key: SecretKey) throws -> [UInt8] {
        var text = try SecretBuffer(capacity: key.base64Count + 1)
        key.appendBase64(to: &text)
        return text.withUnsafeBytes { Array($0) }
    }
}

enum KeyringSeeds {
    static func all() throws -> [[UInt8]] {
        guard let keyring = FixtureCluster.keyring else { return [] }
        let texts = try [1, 2, keyring.count].map { count in
            let text = try KeyringText.text(Array(keyring.keys.prefix(count)))
            return text.withUnsafeBytes { Array($0) }
        }
        let others = [
            "[]", "[\"\"]", "{}", "[\"AAECAwQFBgcICQoLDA0ODw==\"]",
            "[ \"AAECAwQFBgcICQoLDA0ODw==\" ,\n\"x\"]",
            "[\"\\/\\/8CAwQFBgcICQoLDA0ODw==\"]", "[\"AAECAwQFBgcICQoLDA0ODw\"]",
            "[\"QUFFQ0F3UUZCZ2NJQ1FvTERBME9Edz09\"]",
        ]
        return texts + others.map { Array($0.utf8) }
    }
}
