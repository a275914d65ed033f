import Testing

@testable import MemberlistSimulator

/// Numbers as reports and charts show them.
@Suite struct NumberTextTests {
    @Test(arguments: [(0, "0.00"), (7, "0.07"), (1_234, "12.34"), (-5, "-0.05"), (-1_234, "-12.34")])
    func aPointIsPutIn(parts: Int64, text: String) {
        #expect(NumberText.fixed(parts, places: 2) == text)
        #expect(NumberText.fixed(parts, places: 0) == "\(parts)")
    }

    @Test func numbersAreRounded() {
        #expect(NumberText.rounded(2.345, places: 1) == "2.3")
        #expect(NumberText.rounded(2.36, places: 1) == "2.4")
        #expect(NumberText.rounded(-0.36, places: 1) == "-0.4")
        #expect(NumberText.rounded(99.6, places: 0) == "100")
    }

    @Test(arguments: [(0, "0"), (1, "0.000001"), (1_500_000, "1.5"), (10_000_000, "10"), (-250_000, "-0.25")])
    func noDigitIsIdle(millionths: Int64, text: String) {
        #expect(NumberText.shortest(millionths: millionths) == text)
    }

    @Test func sharesAndSeconds() {
        #expect(NumberText.percent(1, of: 3) == "33.33 %")
        #expect(NumberText.percent(2, of: 3) == "66.67 %")
        #expect(NumberText.percent(1, of: 0) == "-")
        #expect(NumberText.seconds(.milliseconds(1_005)) == "1.01")
        #expect(Duration.milliseconds(1_500).shortText == "1.5 s")
    }
}
