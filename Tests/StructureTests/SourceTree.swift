import Foundation

/// The package's own sources, as text.
struct SourceTree {
    struct File {
        /// From the package's top: `Sources/MemberlistWire/Label/Label.swift`.
        let path: String
        let lines: [String]

        /// The lines without comments and without the contents of string literals.
        let code: [String]
        /// Every word of the code.
        let words: Set<String>

        init(path: String, text: String) {
            self.path = path
            lines = text.components(separatedBy: "\n")
            code = lines.map(Self.strip)
            words = Set(
                code.flatMap { $0.split { !$0.isLetter && !$0.isNumber && $0 != "_" } }.map(String.init)
            )
        }

        private static func strip(_ line: String) -> String {
            let quoted = line.split(separator: "\"", omittingEmptySubsequences: false)
            let bare = quoted.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
            let text = bare.joined(separator: "\"\"")
            return text.range(of: "//").map { String(text[..<$0.lowerBound]) } ?? text
        }

        var imports: [String] {
            lines.compactMap { line in
                let words = line.split(separator: " ").filter { !$0.hasPrefix("@") }
                guard let at = words.firstIndex(of: "import"), at < 2, at + 1 < words.count else {
                    return nil
                }
                let isScoped = ["struct", "class", "enum", "func", "var", "protocol"].contains(words[at + 1])
                let name = words[isScoped && at + 2 < words.count ? at + 2 : at + 1]
                return name.split(separator: ".").first.map(String.init)
            }
        }

        /// Names of the types that the file declares at its outermost level.
        var declaredTypes: [String] {
            code.compactMap { line in
                guard line.first?.isWhitespace == false else { return nil }
                let words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" && $0 != "@" }
                guard
                    let at = words.firstIndex(where: {
                        ["struct", "class", "enum", "protocol", "actor"].contains($0)
                    }), at + 1 < words.count
                else { return nil }
                return String(words[at + 1])
            }
        }
    }

    static let top = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Every Swift file below a folder of the package's.
    static func files(below folder: String) throws -> [File] {
        let root = top.appendingPathComponent(folder)
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
            return File(path: "\(folder)/\(name)", text: text)
        }
    }
}
