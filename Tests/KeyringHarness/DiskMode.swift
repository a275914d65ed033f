import CKeyringHarness
import Foundation
import Memberlist

/// Disks that refuse: neither the file nor the ring changes, nothing is left beside the file, and the error says why.
struct DiskMode {
    let folder: String

    func run() throws {
        let file = KeyringFile(path: folder + "/k")
        let ring = try Keyring([SecretKey.random(), SecretKey.random()])
        try file.create(ring.keys)
        let faults = [("full", HARNESS_FULL), ("readOnly", HARNESS_READ_ONLY), ("failing", HARNESS_FAILING)]
        for (name, fault) in faults {
            for change in Change.allCases {
                let before = try listing()
                let body = Body { Self.attempt(change, ring, file, fault: name) }
                let code = withExtendedLifetime(body) {
                    harness_with_disk(Int32(fault), Body.call, body.context)
                }
                let isSame = try file.read() == ring.keys && listing() == before
                print("\(name).\(change)", code == 0 && isSame ? "kept" : "changed (\(code))")
            }
        }
    }

    enum Change: CaseIterable { case add, use, remove }

    private static func attempt(_ change: Change, _ ring: Keyring, _ file: KeyringFile, fault: String)
        -> Int32
    {
        let ids = ring.keyIDs
        do {
            let key = try SecretKey.random()
            try ClusterKeyring.change(ring, file) { (keys) throws(KeyError) in
                switch change {
                case .add: keys.add(key)
                case .use: try keys.use(ids[1])
                case .remove: try keys.remove(ids[1])
                }
            }
            return 1
        } catch {
            print("\(fault).\(change).error", "\(error)".replacingOccurrences(of: " ", with: "_"))
            return ring.keyIDs == ids ? 0 : 2
        }
    }

    private func listing() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }
}
