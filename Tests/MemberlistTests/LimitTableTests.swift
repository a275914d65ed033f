import Foundation
import MemberlistWire
import ProcessSupport
import Testing

/// `SECURITY.md` lists every limit of `Limits.swift`, with its value.
@Suite struct LimitTableTests {
    private static let values: [String: any BinaryInteger & Sendable] = [
        "name": Limits.name, "meta": Limits.meta, "aliveOverhead": Limits.aliveOverhead,
        "ackOverhead": Limits.ackOverhead,
        "label": Limits.label, "compoundParts": Limits.compoundParts, "compoundPart": Limits.compoundPart,
        "messagePackDepth": Limits.messagePackDepth, "datagramBody": Limits.datagramBody,
        "datagramSizes": Limits.datagramSizes.upperBound,
        "largestDatagram": Limits.largestDatagram, "waitingDatagramBytes": Limits.waitingDatagramBytes,
        "bindHosts": Limits.bindHosts,
        "rememberedNonces": Limits.rememberedNonces,
        "rememberedNonceNanoseconds": Limits.rememberedNonceNanoseconds,
        "replayWindow": Limits.replayWindow, "replaySessions": Limits.replaySessions,
        "replaySessionsPerMember": Limits.replaySessionsPerMember, "streamRecord": Limits.streamRecord,
        "streamBody": Limits.streamBody, "streamUserMessage": Limits.streamUserMessage,
        "pushPullNodes": Limits.pushPullNodes, "pushPullStateBytes": Limits.pushPullStateBytes,
        "pushPullSmallStates": Limits.pushPullSmallStates, "inboundStreams": Limits.inboundStreams,
        "streamLead": Limits.streamLead, "streamGraceNanoseconds": Limits.streamGraceNanoseconds,
        "streamOrigin": Limits.streamOrigin, "streamOrigins": Limits.streamOrigins,
        "streamAllowance": Limits.streamAllowance, "streamsTogether": Limits.streamsTogether,
        "streamRead": Limits.streamRead, "streamSeconds": Limits.streamSeconds,
        "streamProgress": Limits.streamProgress, "incarnationStep": Limits.incarnationStep,
        "incarnation": Limits.incarnation, "members": Limits.members, "exchanges": Limits.exchanges,
        "exchangeBytes": Limits.exchangeBytes,
        "seeds": Limits.seeds, "relays": Limits.relays, "probes": Limits.probes,
        "pendingAlives": Limits.pendingAlives, "nameClaims": Limits.nameClaims,
        "userBroadcasts": Limits.userBroadcasts, "userBroadcastBytes": Limits.userBroadcastBytes,
        "membershipBroadcasts": Limits.membershipBroadcasts,
        "membershipBroadcastBytes": Limits.membershipBroadcastBytes, "evidenceNames": Limits.evidenceNames,
        "hostAddresses": Limits.hostAddresses, "serviceRecords": Limits.serviceRecords,
        "discoveredAddresses": Limits.discoveredAddresses, "discoveryFile": Limits.discoveryFile,
        "keySeals": Limits.keySeals,
        "waitingBytes": Limits.waitingBytes,
        "logLines": Limits.logLines, "logBytes": Limits.logBytes, "permissivePeers": Limits.permissivePeers,
        "logField": Limits.logField,
        "reportedClaims": Limits.reportedClaims,
    ]

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Programs.packageTop.appendingPathComponent(path), encoding: .utf8)
    }

    @Test func theTableSaysWhatTheSourceSays() throws {
        let declared = try text("Sources/MemberlistWire/Limits.swift").split(separator: "\n")
            .compactMap { line in
                line.split(separator: "static let ").dropFirst().first?.prefix { $0.isLetter }
            }
            .map { String($0) }
        var rows: [String: Int] = [:]
        for line in try text("SECURITY.md").split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard cells.count == 3 || cells.count == 4 else { continue }
            let value = cells[1].replacing(",", with: "").split(separator: " ").last.flatMap { Int($0) }
            if let value { rows[cells[0].replacing("`", with: "")] = value }
        }
        #expect(declared.count > 30)
        #expect(Set(declared) == Set(Self.values.keys))
        #expect(Set(declared) == Set(rows.keys))
        for (name, value) in Self.values { #expect(rows[name] == Int(value), "\(name)") }
    }

    /// Every row of both tables names the test that shows it, and there is such a test.
    @Test func eachRowNamesATestThatThereIs() throws {
        let tests = Programs.packageTop.appendingPathComponent("Tests")
        let files = try #require(FileManager.default.enumerator(at: tests, includingPropertiesForKeys: nil))
        var source = ""
        for case let file as URL in files where file.pathExtension == "swift" {
            source += try String(contentsOf: file, encoding: .utf8)
        }
        let words = Set(source.split { !$0.isLetter && !$0.isNumber && $0 != "-" })
        for line in try text("SECURITY.md").split(separator: "\n") where line.hasPrefix("|") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            guard let last = cells.last, cells.count > 1, !last.hasPrefix("---"), cells[0] != "limit",
                cells[0] != "promise", last != "the simulator's judges, in every seed of the swarm"
            else { continue }
            let named = last.split(separator: "`", omittingEmptySubsequences: false).enumerated()
                .filter { $0.offset % 2 == 1 }.flatMap { $0.element.split(separator: ".") }
            #expect(named.contains { $0.hasSuffix("Tests") }, "\(line)")
            for name in named where !words.contains(name) && name != "metaLimit" {
                #expect(["streams", "maximumInbound"].contains(name), "\(name) in \(line)")
            }
        }
    }
}
