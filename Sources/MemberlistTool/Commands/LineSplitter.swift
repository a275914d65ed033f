/// Splits what arrives into lines; of a line that is too long it keeps nothing but the fact.
struct LineSplitter {
    enum Line: Hashable, Sendable {
        case whole([UInt8])
        case tooLong

        /// What the line takes of what may be read ahead.
        var cost: Int {
            switch self {
            case .whole(let bytes): 1 + bytes.count / (1 << 19)
            case .tooLong: 1
            }
        }
    }

    /// The most bytes of a line, its end not counted: the largest message, 20 MiB, as base64, and the rest of
    /// its command.
    static let longest = 28 << 20

    private var pending: [UInt8] = []
    private var isOverlong = false

    /// The lines that these bytes complete.
    mutating func split(_ bytes: ArraySlice<UInt8>) -> [Line] {
        var lines: [Line] = []
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            take(rest[..<end])
            lines.append(contentsOf: flush())
            rest = rest[(end + 1)...]
        }
        take(rest)
        return lines
    }

    /// What stood after the last end of line, once there is nothing more to come.
    mutating func finish() -> [Line] {
        flush()
    }

    private mutating func take(_ bytes: ArraySlice<UInt8>) {
        guard !isOverlong, pending.count + bytes.count <= Self.longest else {
            isOverlong = true
            pending = []
            return
        }
        pending += bytes
    }

    /// The line as it stands; a blank one is nobody's command.
    private mutating func flush() -> [Line] {
        defer {
            pending = []
            isOverlong = false
        }
        if isOverlong { return [.tooLong] }
        let isBlank = pending.allSatisfy { " \t\r".utf8.contains($0) }
        return isBlank ? [] : [.whole(pending)]
    }
}
