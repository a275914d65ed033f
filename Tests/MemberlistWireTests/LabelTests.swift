import MemberlistWire
import Testing

@Suite("Label")
struct LabelTests {
    private func check(_ label: Label, _ datagram: [UInt8]) throws(WireError) -> Int {
        try label.check(datagram.span.bytes)
    }

    @Test("writes its header, and none where there is no label")
    func header() throws {
        var output: [UInt8] = []
        try Label("abc").writeHeader(into: &output)
        #expect(output == [244, 3, 97, 98, 99])
        Label.none.writeHeader(into: &output)
        #expect(output.count == 5)
        #expect(try Label("") == .none && Label("").isEmpty && Label("abc").headerCount == 5)
        let longest = try Label(String(repeating: "é", count: 127) + "x")
        #expect(longest.bytes.count == 255)
        #expect(throws: WireError.limitExceeded) { try Label(String(repeating: "é", count: 128)) }
    }

    @Test("takes its own header alone")
    func check() throws {
        let label = try Label("abc")
        #expect(try check(label, [244, 3, 97, 98, 99, 0]) == 5)
        #expect(try check(label, [244, 3, 97, 98, 99]) == 5)
        #expect(try check(.none, [0, 1]) == 0)
        #expect(try check(.none, []) == 0)
        for other: [UInt8] in [
            [], [0, 1], [244, 2, 97, 98, 99], [244, 3, 97, 98, 100], [244, 4, 97, 98, 99, 0],
        ] {
            #expect(throws: WireError.labelMismatch) { try check(label, other) }
        }
        #expect(throws: WireError.labelMismatch) { try check(.none, [244, 3, 97, 98, 99, 0]) }
        for cut: [UInt8] in [[244], [244, 0], [244, 0, 1], [244, 3, 97, 98]] {
            #expect(throws: WireError.malformedLabel) { try check(label, cut) }
            #expect(throws: WireError.malformedLabel) { try check(.none, cut) }
        }
    }
}
