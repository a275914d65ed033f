internal import MemberlistCore
internal import MemberlistWire
internal import Metrics

/// Takes the layers off the datagrams that arrive, and hands the messages to the protocol. One for all addresses of
/// a node: what was taken at one of them is a replay at another. On the node's loop alone.
final class DatagramReader {
    private let handle: DriverHandle
    private let shared: NodeShared
    private var opener: DatagramOpener
    /// What is heard after the alives and probes of the same batch of datagrams: a suspicion about a member
    /// that the same batch introduces must find it known (HashiCorp keeps two queues for that).
    private var later: [(Message, Endpoint)] = []

    init(handle: DriverHandle, shared: NodeShared) {
        self.handle = handle
        self.shared = shared
        opener = shared.layers.datagramOpener(.ofThisLoop)
    }

    /// One datagram of a batch; ``endBatch()`` ends it.
    func receive(_ datagram: RawSpan, from sender: Endpoint) {
        guard let driver = handle.driver else { return }
        shared.metrics.udpReceived.increment(by: datagram.byteCount)
        guard shared.allows(sender.address) else { return refuseStranger(sender) }
        do throws(WireError) {
            try read(datagram, from: sender, for: driver)
        } catch {
            refuse(error, from: sender, for: driver)
        }
    }

    func endBatch() {
        guard let driver = handle.driver else { return }
        opener.makeRoom(forMembers: driver.snapshot.count)
        for (message, sender) in later { driver.receive(message, from: sender) }
        later.removeAll(keepingCapacity: true)
        driver.settle()
    }

    private func read(_ datagram: RawSpan, from sender: Endpoint, for driver: ProtocolDriver)
        throws(WireError)
    {
        let now = Instant.now
        var opened = try opener.open(datagram, at: now.nanoseconds)
        if let key = opener.openedWith {
            shared.keyPeers.note(key, by: sender, at: now, members: driver.snapshot.count)
        }
        var isHeard = false
        defer { if isHeard, shared.permissive.isPermissive { notePermissive(sender, for: driver) } }
        while true {
            do throws(WireError) {
                guard let part = try opened.nextPart() else { break }
                if driver.isOldNews(part) {
                    shared.metrics.heard[.alive].increment()
                } else {
                    hear(try Message.decode(part), from: sender, for: driver)
                }
                isHeard = true
            } catch {
                // One part that cannot be read harms no other.
                refuse(error, from: sender, for: driver)
            }
        }
    }

    /// What would be refused were the cluster not on the move.
    private func notePermissive(_ sender: Endpoint, for driver: ProtocolDriver) {
        if shared.layers.keyring != nil, opener.openedWith == nil {
            driver.notePermissive(.plaintext, from: sender)
        }
        if opener.otherLabel != nil { driver.notePermissive(.otherLabel, from: sender) }
    }

    private func hear(_ message: Message, from sender: Endpoint, for driver: ProtocolDriver) {
        shared.metrics.heard[HeardMessage(message)].increment()
        switch message {
        case .suspect, .dead, .user: later.append((message, sender))
        case .alive, .ping, .indirectPing, .ack, .nack: driver.receive(message, from: sender)
        }
    }

    /// From outside the networks that are allowed: not looked at.
    private func refuseStranger(_ sender: Endpoint) {
        shared.metrics.udpRefused[.network].increment()
        shared.log.debug(.refusedDatagram, "datagram from outside allowedNetworks", ["from": "\(sender)"])
    }

    private func refuse(_ error: WireError, from sender: Endpoint, for driver: ProtocolDriver) {
        shared.metrics.countRefusedDatagram(error)
        driver.report(error, from: sender)
        shared.log.debug(.refusedDatagram, "datagram refused", ["from": "\(sender)", "error": "\(error)"])
    }
}
