import Logging
import Testing

@testable import Memberlist

@Suite struct NodeLogTests {
    @Test func aPeersWordsEndNoLine() {
        let lines = LogLines()
        let log = NodeLog(lines.logger)
        log.info(.membership, "member joined", ["member": "x\nforged \u{1B}[2J\u{202E}é"])
        let written = lines.all.joined()
        #expect(written.contains("x") && written.contains("forged") && written.contains("é"))
        #expect(!written.unicodeScalars.contains { ["\n", "\u{1B}", "\u{202E}"].contains($0) })
    }

    @Test func aPeersWordsAreCut() {
        for (count, isWhole) in [(199, true), (200, true), (201, false), (60_000, false)] {
            let lines = LogLines()
            let log = NodeLog(lines.logger)
            let word = String(repeating: "x", count: count)
            log.info(.membership, "member joined", ["member": word])
            let written = lines.all.joined()
            #expect(written.contains(word) == isWhole)
            #expect(written.utf8.count < 300)
        }
    }

    /// What is escaped grows, and is cut where it has grown.
    @Test func whatIsEscapedIsCutToo() {
        let lines = LogLines()
        let word = "é" + String(repeating: "\u{1B}", count: 60_000)
        NodeLog(lines.logger).info(.membership, "member joined", ["member": word])
        let written = lines.all.joined()
        #expect(written.contains("é\("\u{1B}".printable)") && !written.contains("\u{1B}"))
        #expect(written.utf8.count < 300 && written.contains("…"))
    }

    @Test func aFloodGivesFewLines() {
        let lines = LogLines()
        let log = NodeLog(lines.logger)
        let start = ContinuousClock.now
        for count in 0..<10_000 { log.debug(.refusedDatagram, "refused", ["count": "\(count)"]) }
        log.warning(.conflict, "of another kind")
        let seconds = Int((ContinuousClock.now - start).components.seconds)
        let written = lines.all
        #expect(written.count <= (seconds + 2) * 5 + 1)
        #expect(written.last?.contains("of another kind") == true)
    }
}
