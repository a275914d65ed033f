internal import MemberlistCore
internal import MemberlistWire

extension World {
    /// Lets all that run know each other from this moment on, as if the cluster had stood for long.
    func makeWhole() {
        let members = AdoptedMembers(hosts.compactMap { $0.process?.core.ownState })
        for host in hosts {
            guard let process = host.process else { continue }
            process.core.adopt(members, at: host.clock.reading(at: now))
        }
    }
}
