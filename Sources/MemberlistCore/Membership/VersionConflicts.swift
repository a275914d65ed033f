import MemberlistWire

/// Whether two clusters can be one.
extension GossipProtocol {
    /// The first member that speaks what not all alive ones, here and there, understand.
    mutating func versionConflict(with remote: NodeStates) -> VersionConflict? {
        var understood = UnderstoodVersions()
        remote.withPlaces { bytes, places in
            for place in places {
                let versions = ProtocolVersions(bytes.field(place.versions))
                understood.note(versions ?? .unknown)
                // A member that did not say restricts nobody, and is held to speak version 0.
                if place.state == 0, let versions { understood.narrow(by: versions) }
            }
        }
        // Rows are looked at where they stand: a copy of each would count references up and down.
        for position in table.rows.indices where !table.rows[position].isFree {
            let versions = table.rows[position].identity.versions
            understood.note(versions)
            if table.rows[position].state == .alive { understood.narrow(by: versions) }
        }
        guard !understood.takesAllNoted else { return nil }

        for position in remote.indices {
            let versions = ProtocolVersions(remote[position].versions) ?? .unknown
            guard understood.takes(versions) else {
                return understood.conflict(remote[position].name, versions)
            }
        }
        for position in table.rows.indices where !table.rows[position].isFree {
            let versions = table.rows[position].identity.versions
            guard understood.takes(versions) else {
                return understood.conflict(table.rows[position].name, versions)
            }
        }
        return nil
    }
}

/// What all alive members understand.
private struct UnderstoodVersions {
    private var gossip = ClosedVersions(lowest: 0, highest: .max)
    private var delegate = ClosedVersions(lowest: 0, highest: .max)
    /// Versions of one member, and whether no other spoke differently: nearly all clusters speak one.
    private var noted: ProtocolVersions?
    private var isOne = true
    private var narrowedLast: ProtocolVersions?

    /// Notes that somebody speaks so.
    @inline(__always)
    mutating func note(_ versions: ProtocolVersions) {
        if versions != noted { noteOther(versions) }
    }

    private mutating func noteOther(_ versions: ProtocolVersions) {
        isOne = noted == nil
        noted = versions
    }

    @inline(__always)
    mutating func narrow(by versions: ProtocolVersions) {
        if versions != narrowedLast { narrowAnew(by: versions) }
    }

    private mutating func narrowAnew(by versions: ProtocolVersions) {
        narrowedLast = versions
        gossip.lowest = max(gossip.lowest, versions.minimum)
        gossip.highest = min(gossip.highest, versions.maximum)
        delegate.lowest = max(delegate.lowest, versions.delegateMinimum)
        delegate.highest = min(delegate.highest, versions.delegateMaximum)
    }

    /// Whether all that was noted is understood. False where that takes a closer look.
    var takesAllNoted: Bool { isOne && noted.map(takes) ?? true }

    func takes(_ versions: ProtocolVersions) -> Bool {
        gossip.contains(versions.current) && delegate.contains(versions.delegateCurrent)
    }

    func conflict(_ name: NodeName, _ versions: ProtocolVersions) -> VersionConflict {
        let isDelegate = gossip.contains(versions.current)
        return VersionConflict(
            name: name.owned(),
            isDelegate: isDelegate,
            current: isDelegate ? versions.delegateCurrent : versions.current,
            understood: isDelegate ? delegate : gossip
        )
    }
}

extension ClosedVersions {
    func contains(_ version: UInt8) -> Bool {
        lowest <= version && version <= highest
    }
}
