/// What a node understands beyond HashiCorp's six version bytes: the seventh.
package struct Capabilities: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Encryption versions 0x20 and 0x21.
    package static let encryption = Capabilities(rawValue: 1)
    /// Deflate with preset dictionary 1.
    package static let dictionary = Capabilities(rawValue: 2)

    package static let all: Capabilities = [.encryption, .dictionary]

    /// What version bytes say; nothing where they are six or fewer. Bits of later suites are left out.
    package init(versions: WireBytes) {
        guard versions.count > 6 else {
            self = []
            return
        }
        let byte = versions.bytes[versions.bytes.startIndex + 6]
        self = Capabilities(rawValue: byte).intersection(.all)
    }
}
