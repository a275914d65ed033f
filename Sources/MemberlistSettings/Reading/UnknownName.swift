internal import Memberlist

/// What is said of a name that no knob has.
enum UnknownName {
    /// Names that people look for keys under.
    private static let secrets: Set<String> = [
        "encrypt", "key", "keys", "keyring", "secretKey", "secret_key",
    ]

    static func key(_ key: String, at origin: String, others: [String]) -> SettingsError {
        let shown = SettingValue.text(key)
        if KnobNames.sections.contains(key) {
            return SettingsError(.wrongValue, "\(origin): \(key) is a section; write its knobs under it")
        }
        if secrets.contains(key) {
            return SettingsError(
                .unknownKey,
                "\(origin): keys are never taken from here; name the file that holds them as keyringFile"
            )
        }
        let known = Knob.all.map(\.key) + [Knob.profileKey] + others
        let named = known.filter { $0.hasSuffix(".\(key)") }
        let guess = named.isEmpty ? NearestWord.find(key, among: known) : named.joined(separator: " or ")
        return SettingsError(.unknownKey, "\(origin): \(shown) is not known\(question(guess))")
    }

    static func variable(_ name: String, others: [String]) -> SettingsError {
        let known = (Knob.all.map(\.key) + [Knob.profileKey] + others).map(KnobNames.variable)
        let guess = NearestWord.find(name, among: known)
        return SettingsError(
            .unknownVariable,
            "the environment's \(name.printable) is not known\(question(guess))"
        )
    }

    private static func question(_ guess: String?) -> String {
        guess.map { "; did you mean \($0)?" } ?? "; 'memberlist config example' prints every one that is"
    }

    /// Kubernetes gives every container variables for each service. Of one named `memberlist`, or `memberlist-…`, they
    /// look like ours, and nobody wrote them.
    static func isOfAService(_ name: String, value: String) -> Bool {
        let parts = name.split(separator: "_", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            let next = index + 1 < parts.count ? parts[index + 1] : ""
            switch part {
            case "SERVICE" where next == "HOST" || next == "PORT": return true
            case "PORT" where next.isEmpty && value.contains("://"): return true
            case "PORT" where index + 2 < parts.count && next.allSatisfy(\.isNumber):
                if ["TCP", "UDP", "SCTP"].contains(parts[index + 2]) { return true }
            default: continue
            }
        }
        return false
    }
}
