import Logging
import MemberlistCore
import MemberlistWire
import NIOCore
final class RunningNode: Sendable {
    let configuration: MemberlistConfiguration
    let snapshot: NodeSnapshot
    let events: EventHub
    let messageLimit = 0
    init(configuration: MemberlistConfiguration, snapshot: NodeSnapshot, events: EventHub) {
        self.configuration = configuration
        self.snapshot = snapshot
        self.events = events
    }
    func updateMeta(_ meta: [UInt8]) async throws {}
    func send(_ payload: [UInt8], to name: NodeName) async throws {}
    func sendReliably(_ payload: [UInt8], to name: NodeName, timeout: Duration?) async throws {}
    func broadcast(_ payload: [UInt8], name: NodeName?) async throws {}
    func ping(_ name: NodeName, timeout: Duration?) async throws -> Duration { throw MemberlistError.shutDown }
    func leave(timeout: Duration?) async throws -> Bool { throw MemberlistError.shutDown }
    func join(_ addresses: [String], timeout: Duration?) async -> [JoinResult] { [] }
    func shutdown() async {}
    func waitForEnd() async {}
}
struct NodeStarter {
    let configuration: MemberlistConfiguration
    let delegate: (any MemberlistDelegate)?
    let logger: Logger
    let group: any EventLoopGroup
    func start() async throws -> RunningNode { throw MemberlistError.shutDown }
}
