import Foundation
import Glibc
import MemberlistCore
import MemberlistWire
import ProcessSupport
import SampleCluster
import Synchronization

/// A node that runs elsewhere is flooded with junk while a peer pings it: how many pings have no answer in time.
enum FloodRow {
    private static let perSecond = 100_000
    private static let length = 512
    private static let duration = Duration.seconds(5)
    private static let pause = Duration.milliseconds(10)
    private static let deadline = Duration.milliseconds(50)

    static func measure(_ inputs: Inputs, port: Int?) async throws -> Figure {
        guard let port else { throw Unexpected("flood-loss needs --port") }
        let pinger = try Pinger(port: port, inputs: inputs)
        // Without a flood every ping is answered, or this measures something else.
        for _ in 0..<20 where try !pinger.ping(within: .seconds(1)) {
            throw Unexpected("the node does not answer")
        }
        let stop = Mutex(false)
        let flooder = try PlainSocket(port: port)
        let junk = try junk()
        async let sent = onThread { flood(flooder, junk) { stop.withLock { $0 } } }
        let pings = try await onThread { Result { try pingAll(pinger) } }.get()
        stop.withLock { $0 = true }
        let rate = await Double(sent) / (duration / .seconds(1))
        guard rate > 0.9 * Double(perSecond) else {
            throw Unexpected("the flood had \(Int(rate)) datagrams a second")
        }
        return Figure(
            name: "flood-loss",
            value: 100 * Double(pings.lost) / Double(pings.asked),
            unit: "%"
        )
    }

    private static func pingAll(_ pinger: Pinger) throws -> (asked: Int, lost: Int) {
        let end = ContinuousClock.now + duration
        var (asked, lost) = (0, 0)
        while ContinuousClock.now < end {
            let next = ContinuousClock.now + pause
            asked += 1
            if try !pinger.ping(within: deadline) { lost += 1 }
            Thread.sleep(forTimeInterval: max(0, (next - .now) / .seconds(1)))
        }
        return (asked, lost)
    }

    /// Behind the cluster's label, which anybody can read from the wire, and the version byte of what is encrypted:
    /// no datagram is refused before a key was tried.
    private static func junk() throws -> [[UInt8]] {
        let header =
            Array([MessageType.label.rawValue, UInt8(Inputs.label.utf8.count)]) + Array(Inputs.label.utf8)
        var random = SystemRandomNumberGenerator()
        return (0..<64).map { _ in
            header + [1] + (header.count + 1..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
    }

    /// Sends what is due each millisecond; returns how many datagrams it sent.
    private static func flood(_ socket: PlainSocket, _ junk: [[UInt8]], until isOver: () -> Bool) -> Int {
        let start = ContinuousClock.now
        var sent = 0
        while !isOver() {
            let due = Int((ContinuousClock.now - start) / .seconds(1) * Double(perSecond))
            while sent < due {
                socket.send(junk[sent % junk.count])
                sent += 1
            }
            Thread.sleep(forTimeInterval: 0.0005)
        }
        return sent
    }

    private static func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: work()) }
        }
    }
}

/// A peer that pings a node as HashiCorp's nodes do, and reads the answers.
final class Pinger: @unchecked Sendable {
    private let socket: PlainSocket
    private var sealer: DatagramSealer
    private var opener: DatagramOpener
    private var sequence: UInt32 = 0
    private let start = ContinuousClock.now

    init(port: Int, inputs: Inputs) throws {
        socket = try PlainSocket(port: port)
        sealer = try SampleLayers.sealer(Inputs.label, inputs.ring, compresses: false)
        opener = try SampleLayers.opener(Inputs.label, inputs.ring, name: "pinger")
    }

    /// Whether the node answered in time.
    func ping(within limit: Duration) throws -> Bool {
        sequence += 1
        var datagram: [UInt8] = []
        let message = SampleMembers.message(
            .ping(Ping(sequence: sequence, node: "target", sourceNode: "pinger"))
        )
        try sealer.seal(message, for: Receiver(name: nil, takesChecksum: true), into: &datagram)
        socket.send(datagram)
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            guard let answer = socket.receive(until: end) else { return false }
            var opened = try opener.open(
                answer.span.bytes,
                at: Int64((start.duration(to: .now)) / .nanoseconds(1))
            )
            while let part = try opened.nextPart() {
                if case .ack(let ack) = try Message.decode(part), ack.sequence == sequence { return true }
            }
        }
        return false
    }
}
