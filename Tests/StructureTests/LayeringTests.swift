import Testing

/// The rooms and the direction of data, held by reading the sources.
@Suite struct LayeringTests {
    /// What each room may import. A room is a target wherever this set changes.
    static let allowedImports: [String: Set<String>] = [
        "MemberlistWire": [
            "CSodium", "CZlib", "Crypto", "Synchronization", "Glibc", "Musl", "Darwin",
        ],
        "MemberlistCore": [
            "MemberlistWire", "HeapModule", "DequeModule", "Synchronization", "Glibc", "Musl", "Darwin",
        ],
        "Memberlist": [
            "CCares", "MemberlistWire", "MemberlistCore", "NIOCore", "NIOPosix", "NIOConcurrencyHelpers",
            "Logging", "Metrics", "ServiceLifecycle", "Tracing", "Foundation", "FoundationEssentials",
            "DequeModule",
            "Synchronization", "Glibc", "Musl", "Darwin",
        ],
        "MemberlistSimulator": [
            "Memberlist", "MemberlistCore", "MemberlistWire", "Crypto", "HeapModule", "DequeModule",
            "Synchronization", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin",
        ],
        "MemberlistSettings": [
            "Memberlist", "MemberlistCore", "Configuration", "Yams", "Foundation", "FoundationEssentials",
            "Glibc", "Musl", "Darwin",
        ],
        "MemberlistTool": [
            "Memberlist", "MemberlistSettings", "MemberlistSimulator", "ArgumentParser", "Configuration",
            "Logging", "UnixSignals", "Foundation", "FoundationEssentials", "Synchronization", "Dispatch",
            "Glibc", "Musl", "Darwin",
        ],
    ]

    /// What a room must not name: a clock, a random source, a task, a log.
    static let pureRooms = ["MemberlistWire", "MemberlistCore"]
    static let impureNames = [
        "ContinuousClock", "SuspendingClock", "Date", "DispatchTime", "SystemRandomNumberGenerator",
        "randomElement", "shuffled", "shuffle", "Task", "Logger", "print", "FileHandle", "FileManager",
        "ProcessInfo", "clock_gettime", "gettimeofday", "arc4random", "rand", "random_r", "sleep", "usleep",
    ]

    /// Which folders of the wire may name types of which others. Only the pipelines know the order of layers.
    static let wireLayers: [String: Set<String>] = [
        "": [],
        "MessagePack": [""],
        "Messages": ["", "MessagePack"],
        "Compound": ["", "Messages"],
        "Compression": [""],
        "Checksum": [""],
        "Encryption": ["", "Label"],
        "Label": [""],
        "Datagram": [
            "", "Messages", "Compound", "Compression", "Checksum", "Encryption", "Label",
        ],
        "Stream": ["", "MessagePack", "Messages", "Compression", "Encryption", "Label"],
    ]

    @Test(arguments: allowedImports.keys.sorted())
    func aRoomImportsWhatItMay(room: String) throws {
        let allowed = Self.allowedImports[room] ?? []
        let files = try SourceTree.files(below: "Sources/\(room)")
        #expect(!files.isEmpty, "\(room) has no files: has it moved?")
        for file in files {
            for name in file.imports where !allowed.contains(name) {
                Issue.record("\(file.path) imports \(name)")
            }
        }
    }

    @Test func everyRoomIsListed() throws {
        let rooms = Set(
            try SourceTree.files(below: "Sources").compactMap {
                $0.path.split(separator: "/").dropFirst().first
            }
        )
        #expect(rooms.map(String.init).sorted() == Self.allowedImports.keys.sorted())
    }

    @Test(arguments: pureRooms)
    func aPureRoomKnowsNoTimeAndNoChance(room: String) throws {
        for file in try SourceTree.files(below: "Sources/\(room)") {
            for name in Self.impureNames where file.words.contains(name) {
                Issue.record("\(file.path) names \(name)")
            }
        }
    }

    @Test func aLayerOfTheWireKnowsNoOther() throws {
        let files = try SourceTree.files(below: "Sources/MemberlistWire")
        var owner: [String: String] = [:]
        for file in files {
            for type in file.declaredTypes { owner[type] = Self.layer(of: file) }
        }
        #expect(owner.count > 20, "types were not found: has the tree changed its form?")
        for file in files {
            let layer = Self.layer(of: file)
            guard let allowed = Self.wireLayers[layer] else {
                Issue.record("\(file.path) is in a folder that no rule names")
                continue
            }
            for (type, home) in owner.sorted(by: { $0.key < $1.key }) {
                guard home != layer, !allowed.contains(home), file.words.contains(type) else { continue }
                Issue.record("\(file.path) names \(type) of \(home.isEmpty ? "the room itself" : home)")
            }
        }
    }

    private static func layer(of file: SourceTree.File) -> String {
        let parts = file.path.split(separator: "/")
        return parts.count > 3 ? String(parts[2]) : ""
    }
}
