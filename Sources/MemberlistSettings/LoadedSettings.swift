package import Memberlist

/// A configuration as its sources make it, and which source each value is from.
package struct LoadedSettings: Sendable {
    package var configuration: MemberlistConfiguration
    private var origins: [String: String] = [:]

    /// Lays one source over the other, in this order: later wins.
    ///
    /// - Parameters:
    ///   - name: Where no source has one.
    ///   - preset: Where no source names one under `profile`.
    package init(
        _ sources: [SettingsSource],
        name: NodeName?,
        preset: SettingsPreset
    ) throws(SettingsError) {
        var preset = preset
        for source in sources {
            guard let found = try source.find(Knob.profileKey) else { continue }
            guard case .text(let text) = found.value, let chosen = SettingsPreset(rawValue: text) else {
                let allowed = SettingsPreset.allCases.map(\.rawValue).joined(separator: ", ")
                throw Self.misfit(Knob.profileKey, found, Misfit(allowed: allowed))
            }
            preset = chosen
        }
        configuration = preset.configuration(name: name ?? NodeName(""))
        for source in sources {
            for knob in Knob.all {
                guard let found = try source.find(knob.key) else { continue }
                do {
                    try knob.write(found.value, &configuration)
                } catch {
                    throw Self.misfit(knob.key, found, error)
                }
                origins[knob.key] = found.origin
            }
        }
        guard !configuration.name.isEmpty else {
            throw SettingsError(
                .nameMissing,
                "the node has no name; set name in a file, or \(KnobNames.variable("name"))"
            )
        }
    }

    /// Where a knob's value is from; nil: from the preset.
    package func origin(of key: String) -> String? { origins[key] }

    /// Checks what single values cannot show.
    package func validate() throws(SettingsError) {
        do {
            try configuration.validate()
        } catch {
            let words = Set(error.message.split { !$0.isLetter && $0 != "." }.map { String($0) })
            let named = origins.filter { words.contains($0.key) }.sorted { $0.key < $1.key }
            let places = named.map { "\($0.key) is from \($0.value)" }.joined(separator: ", ")
            throw SettingsError(.refused, places.isEmpty ? error.message : "\(error.message) (\(places))")
        }
    }

    private static func misfit(
        _ key: String,
        _ found: SettingsSource.Found,
        _ misfit: Misfit
    ) -> SettingsError {
        let isHidden = misfit.isSecret || !found.isShown
        let shown = isHidden ? "not what it must be" : "\(found.value)"
        return SettingsError(
            .wrongValue,
            "\(found.origin): \(key) is \(shown); set it to \(misfit.allowed)"
        )
    }
}
