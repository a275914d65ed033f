internal import MemberlistWire

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// When the keys of a file were added, in a file beside it, for Serf's format has no place for that: a JSON object of
/// identifiers and times. It holds no secret, and nothing depends on it: a date that is not there is unknown.
struct KeyDates {
    let path: String

    init(of keyring: String) {
        path = keyring + ".dates"
    }

    func read() -> [KeyID: Date] {
        guard let text = try? Data(contentsOf: URL(fileURLWithPath: path)), text.count <= PrivateFile.largest,
            let dates = try? JSONDecoder().decode([String: String].self, from: text)
        else { return [:] }
        return dates.reduce(into: [:]) { dates, entry in
            guard let id = KeyID(entry.key), let date = try? Date(entry.value, strategy: .iso8601) else {
                return
            }
            dates[id] = date
        }
    }

    /// Dates the keys that are new, and forgets those that are gone.
    func note(_ ids: [KeyID], before: [KeyID], in folder: borrowing LockedFolder) {
        let known = read()
        let now = Date()
        let dates = ids.reduce(into: [String: String]()) { dates, id in
            guard let date = known[id] ?? (before.contains(id) ? nil : now) else { return }
            dates["\(id)"] = date.formatted(.iso8601)
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let text = try? encoder.encode(dates), var bytes = try? SecretBuffer(capacity: text.count)
        else {
            return
        }
        bytes.append { text.copyBytes(to: $0) }
        // The keys are on the disk by now; a date that is lost is unknown.
        try? PrivateFile(path: path).replace(with: bytes, in: folder)
    }
}
