public import MemberlistCore
internal import MemberlistWire

extension FailureEvidence: CustomStringConvertible {
    /// One line for people, for a log or a terminal: names are cut to 64 characters, and what would command a
    /// terminal is escaped.
    public var description: String {
        var parts: [String] = []
        switch cause {
        case .probe: break
        case .timeout: parts.append("nobody refuted it")
        default: parts.append(cause.text)
        }
        if let probe { parts.append(probe.text) } else { parts.append("this node did not probe") }
        if let suspicion { parts.append(suspicion.text) }
        return parts.joined(separator: "; ")
    }
}

extension FailureEvidence.Cause {
    fileprivate var text: String {
        switch self {
        case .probe: "this node's probe failed"
        case .timeout: "a suspicion ran out"
        case .member(let name): "told by \(name.short)"
        case .stateExchange(let peer): "told in a state exchange" + (peer.map { " with \($0)" } ?? "")
        }
    }
}

extension FailedProbe {
    fileprivate var text: String {
        var paths = ["datagram silent for \(directWait.seconds)"]
        paths += helpers.map { helper in
            "\(helper.name.short) \(helper.sentNack ? "nack after" : "silent for") \(helper.duration.seconds)"
        }
        if helperCount > helpers.count { paths.append("\(helperCount - helpers.count) more helpers") }
        if helperCount == 0 { paths.append("no helpers") }
        if let stream {
            paths.append(
                "stream \(stream.hasFailed ? "failed after" : "silent for") \(stream.duration.seconds)"
            )
        }
        return "no answer to this node's probe in \(duration.seconds) (\(paths.joined(separator: ", ")))"
    }
}

extension PastSuspicion {
    fileprivate var text: String {
        var text = "suspect for \(duration.seconds)"
        if cause != .probe { text += ", first \(cause.text)" }
        let confirmed = confirmations.map { "\($0.name.short) after \($0.after.seconds)" }
        if !confirmed.isEmpty { text += ", confirmed by " + confirmed.joined(separator: ", ") }
        let more = confirmationCount - confirmations.count
        return more > 0 ? text + " and \(more) more" : text
    }
}

extension NodeName {
    /// As much of it as a line bears.
    fileprivate var short: String {
        let text = description
        return (text.count > 64 ? "\(text.prefix(64))…" : text).printable
    }
}

extension Duration {
    fileprivate var seconds: String {
        let milliseconds = wholeNanoseconds / 1_000_000
        return milliseconds < 1_000
            ? "\(milliseconds) ms" : "\(milliseconds / 1_000).\(milliseconds % 1_000 / 100) s"
    }
}
