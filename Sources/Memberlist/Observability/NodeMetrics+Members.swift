internal import MemberlistCore
internal import MemberlistWire
internal import Metrics

/// What is counted of changes, probes and notices of the core's.
extension NodeMetrics {
    /// HashiCorp counts what changed something, not what was heard: a message that is repeated counts once.
    func count(_ change: MemberChange, isSelf: Bool) {
        switch change {
        case .joined, .updated, .recovered: alives.increment()
        // This node's own is a refutation, which HashiCorp does not count.
        case .refreshed: if !isSelf { alives.increment() }
        case .suspected: suspects.increment()
        case .failed, .left: deads.increment()
        case .reaped: break
        }
    }

    func record(_ table: NodeSnapshot) {
        members.record(table.count)
        for (state, count) in table.counts { instances[StateLabel(state)].record(count) }
    }

    /// - Parameter timeout: After which helpers were asked: their round trip began then.
    func count(_ report: ProbeReport, timeout: Int64) {
        probes[ProbeOutcome(report.path)].increment()
        probeNode.recordNanoseconds(report.nanoseconds)
        if report.isDegraded { degradedProbes.increment() }
        switch report.path {
        case .direct: roundTrips[.direct].recordNanoseconds(report.nanoseconds)
        case .indirect: roundTrips[.indirect].recordNanoseconds(max(0, report.nanoseconds - timeout))
        // The stream's own time was recorded when it ended.
        case .stream, .failed, .stalled: break
        }
    }

    func count(_ notice: Notice) {
        if let reason = DroppedReason(notice) { dropped[reason].increment() }
        if case .unconfirmedFailure = notice { degradedTimeouts.increment() }
    }

    func countRefusedDatagram(_ error: WireError) {
        let reason = RefusedReason(error)
        udpRefused[reason].increment()
        if reason.isDecryption { decryptFailed.increment() }
    }

    func countRefusedStream(_ error: WireError) {
        let reason = RefusedReason(error)
        tcpRefused[reason].increment()
        if reason.isDecryption { decryptFailed.increment() }
    }
}
