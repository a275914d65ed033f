#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The system's `read`, whatever else is called so where it is wanted: how many bytes it has put there, 0 at the
/// end, or -1 and `errno`.
package func readSome(_ descriptor: Int32, _ room: UnsafeMutableRawBufferPointer) -> Int {
    #if canImport(Darwin)
    Darwin.read(descriptor, room.baseAddress, room.count)
    #elseif canImport(Musl)
    Musl.read(descriptor, room.baseAddress, room.count)
    #else
    Glibc.read(descriptor, room.baseAddress, room.count)
    #endif
}
