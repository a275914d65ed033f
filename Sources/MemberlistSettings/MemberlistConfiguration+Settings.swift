public import Memberlist

extension MemberlistConfiguration {
    /// The configuration that these sources make, each laid over the one before it: later wins.
    ///
    /// ```swift
    /// let configuration = try MemberlistConfiguration(sources: [
    ///     .file("/etc/memberlist.yaml"), .environment(),
    /// ])
    /// ```
    ///
    /// `profile` in any of them chooses the preset whose values the others are laid over. Keys are in no source but by
    /// `keyringFile`, the file that holds them.
    ///
    /// - Parameters:
    ///   - sources: In the order of their weight.
    ///   - name: The node's name, where no source has one.
    ///   - preset: The preset, where no source names one.
    /// - Throws: ``SettingsError``, whose message names key, value and source, and what to set.
    public init(
        sources: [SettingsSource],
        name: NodeName? = nil,
        preset: SettingsPreset = .lan
    ) throws(SettingsError) {
        let settings = try LoadedSettings(sources, name: name, preset: preset)
        try settings.validate()
        self = settings.configuration
    }

    /// The configuration of a file and this process's environment; later wins.
    ///
    /// - Parameters:
    ///   - file: JSON or YAML; nil: none.
    ///   - environment: Variables `MEMBERLIST_…`; nil: this process's.
    ///   - name: The node's name, where neither has one.
    /// - Throws: ``SettingsError``.
    public init(
        file: String?,
        environment: [String: String]? = nil,
        name: NodeName? = nil
    ) throws(SettingsError) {
        var sources: [SettingsSource] = []
        if let file { sources.append(try .file(file)) }
        sources.append(try .environment(environment))
        try self.init(sources: sources, name: name)
    }
}
