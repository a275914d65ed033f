import Testing

@testable import MemberlistSettings

@Suite struct DurationTextTests {
    @Test(arguments: [
        ("500ms", Duration.milliseconds(500)), ("1s", .seconds(1)), ("2m", .seconds(120)),
        ("1h", .seconds(3_600)),
        ("1m30s", .seconds(90)), ("1.5s", .milliseconds(1_500)), ("0.000000001s", .nanoseconds(1)),
        ("1.5ns", .nanoseconds(1)), ("0", .zero), ("0s", .zero), ("100us", .microseconds(100)),
        ("9223372036s", .seconds(9_223_372_036)), ("2562047h", .seconds(9_223_369_200)),
    ])
    func aDurationIsReadAndWritten(text: String, duration: Duration) {
        #expect(DurationText.read(text) == duration)
        #expect(DurationText.read(DurationText.write(duration)) == duration)
    }

    @Test(arguments: [
        "", "1", "s", "1 s", "-1s", "+1s", "1S", "1.s", ".5s", "1.0000000001s", "1sec", "1s2", "9223372037s",
        "2562048h", "99999999999999999999999s", "2562047h2562047h", "٣s", "1e3s",
        String(repeating: "1s", count: 40),
    ])
    func whatIsNoDurationIsRefused(text: String) {
        #expect(DurationText.read(text) == nil)
    }
}
