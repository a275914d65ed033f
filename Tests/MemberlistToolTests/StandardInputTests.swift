import Foundation
import Testing

@testable import MemberlistTool

@Suite(.timeLimit(.minutes(10)))
struct StandardInputTests {
    /// Lines that are never finished, as an agent leaves them that is told to end, once stopped the process.
    @Test func anInputMayEndWithLinesThatNobodyFinished() async {
        let pipe = Pipe()
        pipe.fileHandleForWriting.write(Data("one\ntwo\nthree".utf8))
        try? pipe.fileHandleForWriting.close()
        var lines: [LineSplitter.Line] = []
        do {
            let input = StandardInput(descriptor: pipe.fileHandleForReading.fileDescriptor)
            for await line in input.lines { lines.append(line) }
        }
        #expect(lines == ["one", "two", "three"].map { .whole(Array($0.utf8)) })
    }

    @Test func theLongestLineIsReadAhead() async {
        let pipe = Pipe()
        let line = Data(repeating: UInt8(ascii: "x"), count: LineSplitter.longest)
        DispatchQueue.global().async {
            pipe.fileHandleForWriting.write(line + Data("\nnext\n".utf8))
            try? pipe.fileHandleForWriting.close()
        }
        let input = StandardInput(descriptor: pipe.fileHandleForReading.fileDescriptor)
        var lengths: [Int] = []
        for await line in input.lines {
            if case .whole(let bytes) = line { lengths.append(bytes.count) }
            input.finishedLine(cost: line.cost)
        }
        #expect(lengths == [LineSplitter.longest, 4])
    }
}
