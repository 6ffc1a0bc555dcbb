import Testing
import TwinCore
import TwinWire

@Suite("Times of documents")
struct DocumentsTimeTests {
    @Test(
        "a moment is written as RFC 3339, UTC, with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (1_795_356_156_118, "2026-11-22T14:02:36.118Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (.max, "9999-12-31T23:59:59.999Z"),
            (.min, "0000-01-01T00:00:00.000Z"),
        ] as [(Int64, String)])
    func written(_ milliseconds: Int64, _ text: String) {
        #expect(RFC3339(Timestamp(milliseconds: milliseconds)).text == text)
    }

    @Test("every day of four hundred years is read as it was written, one day after the other")
    func everyDay() throws {
        var previous: RFC3339?
        for day in Int64(-73_049)..<73_048 {
            let time = RFC3339(Timestamp(milliseconds: day * CivilTime.millisecondsPerDay + day))
            let text = time.text
            #expect(try RFC3339(parsing: text) == time)
            if let previous { #expect(previous.text < text) }
            previous = time
        }
    }

    @Test("February has 29 days in leap years only, by all three rules")
    func leapYears() throws {
        for (year, isLeap) in [("2024", true), ("2023", false), ("2000", true), ("2100", false)] {
            let text = "\(year)-02-29T12:00:00Z"
            if isLeap {
                #expect(try RFC3339(parsing: text).text == "\(year)-02-29T12:00:00.000Z")
            } else {
                #expect(throws: RFC3339Error.self) { try RFC3339(parsing: text) }
            }
        }
    }

    @Test(
        "every form of the RFC is read",
        arguments: [
            ("2026-11-22T14:02:36Z", "2026-11-22T14:02:36.000Z"),
            ("2026-11-22t14:02:36.1z", "2026-11-22T14:02:36.100Z"),
            ("2026-11-22 14:02:36.118999999Z", "2026-11-22T14:02:36.118Z"),
            ("2026-11-22T15:02:36.118+01:00", "2026-11-22T14:02:36.118Z"),
            ("2026-11-22T00:02:36-14:30", "2026-11-22T14:32:36.000Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
        ])
    func read(_ text: String, _ expected: String) throws {
        #expect(try RFC3339(parsing: text).text == expected)
    }

    @Test(
        "what is no time is refused with the offset of the mistake",
        arguments: [
            ("", 0), ("yesterday", 0), ("2026-11-22", 10), ("2026-13-01T00:00:00Z", 0),
            ("2026-11-22T14:02Z", 16), ("2026-11-22T14:02:36", 19),
            ("2026-11-22T14:02:36.Z", 20), ("2026-11-22T14:02:36Z ", 20),
            ("2026-11-22T14:02:36+25:00", 20), ("2026-11-22T24:00:00Z", 0),
            ("2026-11-22T14:02:36.1234567890Z", 29),
        ])
    func refused(_ text: String, _ offset: Int) {
        #expect {
            try RFC3339(parsing: text)
        } throws: { error in
            (error as? RFC3339Error)?.offset == offset
        }
    }
}
