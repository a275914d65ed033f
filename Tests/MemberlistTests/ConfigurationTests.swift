import Memberlist
import Testing

@Test func presetsAreValid() throws {
    try MemberlistConfiguration.lan(name: "a").validate()
    try MemberlistConfiguration.wan(name: "a").validate()
    try MemberlistConfiguration.local(name: "a").validate()
}
