@testable import MemberlistWire
