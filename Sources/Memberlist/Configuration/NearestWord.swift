/// What somebody may have meant.
package enum NearestWord {
    /// Longer words are nobody's slip.
    private static let longest = 64

    /// The word that takes the fewest changes, where they are few enough to believe it.
    package static func find(_ word: String, among words: [String]) -> String? {
        let word = String(word.prefix(longest))
        let ranked = words.map { (distance: distance(word.lowercased(), $0.lowercased()), word: $0) }
        guard let best = ranked.min(by: { ($0.distance, $0.word) < ($1.distance, $1.word) }),
            best.distance <= max(1, word.count / 2)
        else { return nil }
        return best.word
    }

    /// Letters to put in, take out or change, and neighbours to swap.
    package static func distance(_ first: String, _ second: String) -> Int {
        let (first, second) = (Array(first), Array(second))
        var rows = [Array(0...second.count)]
        for (line, letter) in first.enumerated() {
            var row = [line + 1]
            for (column, other) in second.enumerated() {
                var least = min(
                    rows[line][column] + (letter == other ? 0 : 1),
                    rows[line][column + 1] + 1,
                    row[column] + 1
                )
                if line > 0, column > 0, letter == second[column - 1], first[line - 1] == other {
                    least = min(least, rows[line - 1][column - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[first.count][second.count]
    }
}
