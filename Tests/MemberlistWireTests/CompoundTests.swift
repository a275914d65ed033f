import FixtureSupport
import Testing

@testable import MemberlistWire

struct CompoundTests {
    private static func read(_ body: ArraySlice<UInt8>) throws -> (parts: [[UInt8]], truncated: Int) {
        var reader = try CompoundReader(body)
        var parts: [[UInt8]] = []
        while let part = try reader.next() {
            parts.append(Array(part))
        }
        return (parts, reader.truncatedParts)
    }

    private static func payload(_ messages: [[UInt8]]) throws -> [UInt8] {
        var writer = CompoundWriter()
        for message in messages {
            try writer.append(message)
        }
        let counted = writer.encodedCount
        var output: [UInt8] = []
        writer.finish(into: &output)
        #expect(output.count == counted)
        #expect(writer.isEmpty)
        return output
    }

    @Test func whatIsWrittenIsRead() throws {
        let messages: [[UInt8]] = [[0, 1], [8], [3, 9, 9], [UInt8](repeating: 4, count: 300)]
        let payload = try Self.payload(messages)
        #expect(payload.prefix(10) == [7, 4, 0, 2, 0, 1, 0, 3, 1, 44])
        let read = try Self.read(payload.dropFirst())
        #expect(read.parts == messages)
        #expect(read.truncated == 0)
    }

    @Test func oneMessageIsNoCompound() throws {
        #expect(try Self.payload([[8, 1, 2]]) == [8, 1, 2])
        #expect(try Self.payload([]) == [])
    }

    @Test func encodedMessagesAreParts() throws {
        var writer = CompoundWriter()
        try writer.append(.nack(Nack(sequence: 3)))
        try writer.append(.user([1]))
        var output: [UInt8] = []
        writer.finish(into: &output)
        let read = try Self.read(output.dropFirst())
        #expect(try read.parts.map { try Message.decode($0[...]) } == [.nack(Nack(sequence: 3)), .user([1])])
    }

    @Test func truncatedCompoundYieldsItsWholeLeadingParts() throws {
        let messages: [[UInt8]] = [[8, 1], [8, 2, 2], [8, 3, 3, 3]]
        let body = try Self.payload(messages).dropFirst()
        let head = 1 + 2 * messages.count
        for count in 0..<head {
            #expect(throws: WireError.truncated) { try Self.read(body.prefix(count)) }
        }
        for count in head..<body.count {
            let read = try Self.read(body.prefix(count))
            let whole = count < head + 2 ? 0 : count < head + 5 ? 1 : 2
            #expect(read.parts == Array(messages.prefix(whole)))
            #expect(read.truncated == messages.count - whole)
        }
    }

    @Test(arguments: [7, 9, 10, 12, 244] as [UInt8])
    func layersInACompoundAreRefused(_ layer: UInt8) throws {
        var reader = try CompoundReader([2, 0, 2, 0, 2, layer, 0, 8, 1])
        #expect(throws: WireError.misplacedLayer) { try reader.next() }
        #expect(try reader.next() == [8, 1])
        #expect(try reader.next() == nil)
    }

    @Test func tooManyOrTooLargePartsAreRefused() throws {
        var writer = CompoundWriter()
        #expect(throws: WireError.messageTooLarge) {
            try writer.append([UInt8](repeating: 8, count: Limits.compoundPart + 1))
        }
        for _ in 0..<Limits.compoundParts {
            try writer.append([8] as [UInt8])
        }
        #expect(!writer.fits(1, budget: .max))
        let before = writer.encodedCount
        #expect(throws: WireError.limitExceeded) { try writer.append([8] as [UInt8]) }
        #expect(writer.encodedCount == before)
        var output: [UInt8] = []
        writer.finish(into: &output)
        #expect(try Self.read(output.dropFirst()).parts.count == Limits.compoundParts)
    }

    @Test func splittingKeepsEveryMessageAndEveryBudget() throws {
        let messages = (0..<1_000).map { [8] + [UInt8](repeating: UInt8($0 % 251), count: $0 % 40) }
        for budget in [40, 64, 100, 1_400, 65_507] {
            let payloads = try CompoundWriter.split(messages, budget: budget)
            var read: [[UInt8]] = []
            for payload in payloads {
                #expect(payload.count <= budget)
                if payload.first == MessageType.compound.rawValue {
                    read += try Self.read(payload.dropFirst()).parts
                } else {
                    read.append(payload)
                }
            }
            #expect(read == messages)
        }
        #expect(throws: WireError.messageTooLarge) { try CompoundWriter.split(messages, budget: 39) }
        #expect(try CompoundWriter.split([], budget: 100).isEmpty)
    }

    @Test func splittingNeverPutsMoreThan255PartsTogether() throws {
        let payloads = try CompoundWriter.split([[UInt8]](repeating: [8], count: 600), budget: 65_507)
        #expect(payloads.map { $0[1] } == [255, 255, 90])
    }
}
