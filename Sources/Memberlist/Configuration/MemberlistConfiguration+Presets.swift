extension MemberlistConfiguration {
    /// For a local network, which is also the default of every knob.
    public static func lan(name: NodeName) -> MemberlistConfiguration {
        MemberlistConfiguration(name: name)
    }

    /// For members far apart: slower, and more patient with lost datagrams.
    public static func wan(name: NodeName) -> MemberlistConfiguration {
        var configuration = MemberlistConfiguration(name: name)
        configuration.streams.timeout = .seconds(30)
        configuration.suspicion.multiplier = 6
        configuration.gossip.pushPullInterval = .seconds(60)
        configuration.probe.timeout = .seconds(3)
        configuration.probe.interval = .seconds(5)
        configuration.gossip.nodes = 4
        configuration.gossip.interval = .milliseconds(500)
        configuration.gossip.toTheDead = .seconds(60)
        configuration.healing.interval = .seconds(15)
        configuration.healing.maximumInterval = .seconds(180)
        return configuration
    }

    /// For members on one machine: fast, and impatient.
    public static func local(name: NodeName) -> MemberlistConfiguration {
        var configuration = MemberlistConfiguration(name: name)
        configuration.streams.timeout = .seconds(1)
        configuration.probe.indirectChecks = 1
        configuration.gossip.retransmitMultiplier = 2
        configuration.suspicion.multiplier = 3
        configuration.gossip.pushPullInterval = .seconds(15)
        configuration.probe.timeout = .milliseconds(200)
        configuration.probe.interval = .seconds(1)
        configuration.gossip.interval = .milliseconds(100)
        configuration.gossip.toTheDead = .seconds(15)
        configuration.healing.interval = .seconds(2)
        configuration.healing.maximumInterval = .seconds(30)
        return configuration
    }
}
