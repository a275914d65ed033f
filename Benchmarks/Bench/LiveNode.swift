import Foundation
import Logging
import Memberlist
import NIOPosix
import SampleCluster

/// Nodes on loopback, as both sides run them: LAN's settings, a label, one key of 32 bytes.
enum LiveNode {
    static func start(
        _ name: String,
        port: Int = 0,
        inputs: Inputs,
        group: MultiThreadedEventLoopGroup = .singleton
    ) async throws -> Memberlist {
        var configuration = MemberlistConfiguration.lan(name: NodeName(name))
        configuration.bindHost = "127.0.0.1"
        configuration.bindPort = port
        configuration.label = Inputs.label
        configuration.keyring = inputs.ring
        return try await Memberlist.create(
            configuration,
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() },
            group: group
        )
    }

    /// So that whoever waits for a line of this program's sees it.
    static func flushOutput() { fflush(nil) }
}

/// What the system says of this process.
enum ProcessUse {
    /// Bytes of memory that are resident.
    static func residentBytes() throws -> Double {
        let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
        let fields = text.split(separator: " ")
        guard fields.count > 1, let pages = Double(fields[1]) else { throw Unexpected("no /proc/self/statm") }
        return pages * Double(sysconf(CInt(_SC_PAGESIZE)))
    }

    /// Seconds of all processors, the system's work for it included.
    static func processorSeconds() -> Double {
        var use = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &use)
        return [use.ru_utime, use.ru_stime].reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
    }
}
