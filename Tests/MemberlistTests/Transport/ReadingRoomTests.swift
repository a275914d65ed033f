import Memberlist
import Testing

/// How many datagrams one call reads, and how long each may be.
@Suite struct ReadingRoomTests {
    private let quiet = ReadingRoom(expecting: 1_400).batch

    private func busy() -> ReadingRoom {
        var room = ReadingRoom(expecting: 1_400)
        for _ in 1..<4 { _ = room.fit(to: quiet) }
        let isOther = room.fit(to: quiet)
        #expect(isOther && room.batch == 16)
        return room
    }

    @Test func aBusyNodeReadsMoreAtOnceAndAQuietOneLessAgain() {
        var room = busy()
        for _ in 1..<256 { _ = room.fit(to: 1) }
        #expect(room.batch == 16)
        let isOther = room.fit(to: 1)
        #expect(isOther && room.batch == quiet)
    }

    @Test func whatIsNowAndThenChangesNothing() {
        var room = ReadingRoom(expecting: 1_400)
        for call in 0..<1_000 { _ = room.fit(to: call % 4 == 0 ? 1 : quiet) }
        #expect(room.batch == quiet)
        room = busy()
        for call in 0..<1_000 { _ = room.fit(to: call % 200 == 0 ? quiet + 1 : 1) }
        #expect(room.batch == 16)
    }

    @Test func whatFitsIsShorterThanTheRoomAndTheLongestAlwaysFits() {
        for size in [512, 1_400, 2_047, 2_048, 60_000] {
            var room = ReadingRoom(expecting: size)
            #expect(room.length > size && room.length <= size + 2_048)
            let isLonger = room.lengthen()
            let isLongerStill = room.lengthen()
            #expect(isLonger && !isLongerStill && room.length == 65_536)
        }
    }
}
