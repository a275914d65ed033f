import Testing

@testable import MemberlistTool

@Suite struct LineSplitterTests {
    @Test(arguments: 1...7)
    func linesComeWholeHoweverTheyArrive(size: Int) {
        let bytes = Array("one\n\n  \r\ntwo\nthree".utf8)
        var splitter = LineSplitter()
        var lines: [LineSplitter.Line] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            lines += splitter.split(bytes[start..<min(start + size, bytes.count)])
        }
        #expect(lines == ["one", "two"].map { .whole(Array($0.utf8)) })
        #expect(splitter.finish() == [.whole(Array("three".utf8))])
    }

    @Test func aLineThatIsTooLongIsToldOnceAndTheNextOneLives() {
        var splitter = LineSplitter()
        let chunk = [UInt8](repeating: 0x78, count: LineSplitter.longest / 16)
        for _ in 0..<16 { #expect(splitter.split(chunk[...]).isEmpty) }
        #expect(splitter.split(Array("y\nok\n".utf8)[...]) == [.tooLong, .whole(Array("ok".utf8))])
    }

    @Test func theLongestLineIsOne() {
        var splitter = LineSplitter()
        let line = [UInt8](repeating: 0x78, count: LineSplitter.longest)
        #expect(splitter.split((line + [0x0a])[...]) == [.whole(line)])
    }
}
