internal import MemberlistWire
internal import NIOPosix

extension DatagramCodecs {
    /// Each thread sees its own alone, so that nothing is shared between two.
    private nonisolated(unsafe) static let perThread = ThreadSpecificVariable<DatagramCodecs>()

    /// Those that all nodes of this event loop share. To be called, and what comes of it to be used, on the loop alone.
    static var ofThisLoop: DatagramCodecs {
        if let made = perThread.currentValue { return made }
        let made = DatagramCodecs()
        perThread.currentValue = made
        return made
    }
}
