import CAllocations
import MemberlistWire
import Testing

@testable import MemberlistCore

/// What a member says of itself goes into one array, and comes out as it went in.
@Suite struct MemberIdentityTests {
    private static let place = Endpoint(address: IPAddress(ipv4: 0x0a00_0001), port: 7946)
    private static let plain: WireBytes = [10, 0, 0, 1]
    private static let mapped = WireBytes([UInt8](repeating: 0, count: 10) + [255, 255, 10, 0, 0, 1])

    private static func alive(
        name: Int = 7,
        address: WireBytes = plain,
        meta: WireBytes = .null,
        versions: Int = 6
    ) -> Alive {
        Alive(
            incarnation: 3,
            node: NodeName(bytes: ArraySlice((0..<name).map { UInt8(truncatingIfNeeded: $0) })),
            address: address,
            port: place.port,
            meta: meta,
            versions: WireBytes((0..<versions).map { UInt8($0 + 1) })
        )
    }

    private static let aliveOnes: [Alive] = [0, 1, 8, 300].flatMap { name in
        [plain, mapped].flatMap { address in
            [.null, [], [1], WireBytes([UInt8](repeating: 9, count: 512))].flatMap { meta in
                [0, 3, 6, 7, 9].map { alive(name: name, address: address, meta: meta, versions: $0) }
            }
        }
    }

    @Test func whatGoesInComesOut() {
        for alive in Self.aliveOnes {
            let identity = MemberIdentity(alive, at: Self.place)
            #expect(identity.alive(incarnation: 3) == alive)
            #expect(identity.meta.isNull == alive.meta.isNull)
            #expect(identity.isSaid(by: alive))
            #expect(identity.endpoint == Self.place)
            #expect(identity.wireVersionCount == alive.versions.count)
            #expect(identity.versions == ProtocolVersions(alive.versions) ?? .unknown)
            #expect(identity.capabilities == Capabilities(versions: alive.versions))
            var message: [UInt8] = []
            alive.encode(into: &message)
            #expect(identity.aliveMessage(incarnation: 3) == message)
        }
    }

    @Test func eachFieldTellsOneFromAnother() {
        let alive = Self.alive()
        let identity = MemberIdentity(alive, at: Self.place)
        var others = [Self.alive(name: 8), Self.alive(address: Self.mapped), Self.alive(meta: [])]
        others += [Self.alive(meta: [1]), Self.alive(versions: 7)]
        var elsewhere = alive
        elsewhere.port = 1
        others.append(elsewhere)
        for other in others { #expect(!identity.isSaid(by: other)) }
        #expect(identity.isSaid(by: alive))
    }

    /// One that says no address, or another one, listens where it is said to.
    @Test(arguments: [[], [1, 2, 3], [10, 0, 0, 2]] as [WireBytes])
    func oneAtAnotherAddressIsGivenItsEndpoint(_ address: WireBytes) {
        let identity = MemberIdentity(Self.alive(address: address), at: Self.place)
        #expect(identity.endpoint == Self.place && identity.address == Self.plain)
        #expect(MemberIdentity.nobody.endpoint.port == 0)
    }

    @Test func whatANodeKnowsAlready() {
        func covers(_ address: WireBytes, _ port: UInt16 = 7946, _ versions: Int = 6) -> Bool {
            let identity = MemberIdentity(Self.alive(), at: Self.place)
            return address.bytes.withUnsafeBytes {
                identity.covers(address: $0, port: port, versionCount: versions)
            }
        }
        #expect(covers(Self.plain) && covers(Self.mapped) && covers(Self.plain, 7946, 3))
        #expect(!covers(Self.plain, 7947) && !covers(Self.plain, 7946, 7))
        #expect(!covers([10, 0, 0, 2]) && !covers([]) && !covers([1, 2, 3, 4, 5]))
    }

    @Test func aCopyIsTheSameAndAnEqualOneIsNot() {
        let identity = MemberIdentity(Self.alive(), at: Self.place)
        let copy = identity
        let equal = MemberIdentity(Self.alive(), at: Self.place)
        #expect(identity.isSame(as: copy) && !identity.isSame(as: equal) && identity.tellsSame(as: equal))
    }

    #if canImport(Glibc)
    /// There are as many as members times nodes.
    @Test func oneTakesOneSmallPieceOfMemory() {
        let alive = Self.alive()
        allocations_begin()
        let identity = MemberIdentity(alive, at: Self.place)
        let held = allocations_held()
        #expect(identity.wireVersionCount == 6)
        #expect(held > 0 && held <= 80, "\(held) bytes")
        allocations_begin()
        let another = MemberIdentity(alive, at: Self.place)
        #expect(allocations_end() == 1 && another.wireVersionCount == 6)
    }
    #endif
}
