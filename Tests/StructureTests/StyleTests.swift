import Testing

/// Sizes that keep a file readable, and things that no source of ours contains.
@Suite struct StyleTests {
    static let longestFile = 500
    static let longestFunction = 70

    @Test func noFileIsTooLong() throws {
        for folder in ["Sources", "Tests"] {
            for file in try SourceTree.files(below: folder) where file.lines.count > Self.longestFile {
                Issue.record("\(file.path) has \(file.lines.count) lines")
            }
        }
    }

    @Test func noFunctionIsTooLong() throws {
        var functions = 0
        for file in try ["Sources", "Tests"].flatMap(SourceTree.files) {
            for function in Self.functions(of: file) {
                functions += 1
                if function.length >= Self.longestFunction {
                    Issue.record("\(file.path):\(function.line) is a function of \(function.length) lines")
                }
            }
        }
        #expect(functions > 1_500, "functions were not found: has the style changed?")
    }

    @Test func nothingIsLeftForLater() throws {
        for file in try SourceTree.files(below: "Sources") {
            for (index, line) in file.lines.enumerated() {
                for word in ["TODO", "FIXME", "XXX", "try!", "as!", "fatalError("] where line.contains(word) {
                    Issue.record("\(file.path):\(index + 1) has \(word)")
                }
            }
        }
    }

    @Test func noFileIsEmpty() throws {
        for folder in ["Sources", "Tests"] {
            for file in try SourceTree.files(below: folder) {
                #expect(file.lines.count > 3, "\(file.path) holds nothing")
            }
        }
    }

    /// Functions and initialisers with a body: from the line that opens it to the line that closes it, found
    /// by indentation, which the formatter decides.
    private static func functions(of file: SourceTree.File) -> [(line: Int, length: Int)] {
        var found: [(line: Int, length: Int)] = []
        for (index, line) in file.code.enumerated() {
            let indent = line.prefix { $0 == " " }.count
            let words = line.split { !$0.isLetter }
            let opens = words.prefix(8).contains { ["func", "init", "deinit", "subscript"].contains($0) }
            guard opens, !line.hasSuffix("}"), !line.contains(".init(") else { continue }
            let closing = String(repeating: " ", count: indent) + "}"
            let end = file.code[(index + 1)...].firstIndex { $0 == closing || $0.hasPrefix(closing + " ") }
            if let end { found.append((index + 1, end - index + 1)) }
        }
        return found
    }
}
