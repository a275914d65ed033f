/// One message of a datagram, its layers taken off.
package enum Message: Hashable, Sendable {
    case ping(Ping)
    case indirectPing(IndirectPing)
    case ack(Ack)
    case nack(Nack)
    case suspect(Suspect)
    case alive(Alive)
    case dead(Dead)
    /// Bytes of the application's.
    case user(ArraySlice<UInt8>)
}
