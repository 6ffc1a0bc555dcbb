package import TwinCore

/// A moment split into the fields of the proleptic Gregorian calendar, UTC.
///
/// Our own arithmetic (H. Hinnant, "chrono-compatible low-level date algorithms"), because the
/// same bytes must come out on every platform and no clock or time zone is involved.
package struct CivilTime: Hashable, Sendable {
    /// 0…9999, the range of RFC 3339.
    package var year: Int
    /// 1…12.
    package var month: Int
    /// 1…31.
    package var day: Int
    /// 0…23.
    package var hour: Int
    /// 0…59.
    package var minute: Int
    /// 0…59.
    package var second: Int
    /// 0…999.
    package var millisecond: Int

    package static let millisecondsPerDay: Int64 = 86_400_000
    private static let daysPerEra: Int64 = 146_097
    private static let yearsPerEra: Int64 = 400
    /// Days from 0000-03-01, the start of an era, to 1970-01-01.
    private static let epochOffsetDays: Int64 = 719_468

    /// The first and the last moment that four digits of year can say.
    package static let earliest = Timestamp(milliseconds: -62_167_219_200_000)
    package static let latest = Timestamp(milliseconds: 253_402_300_799_999)

    /// Splits a timestamp; one outside years 0…9999 becomes the nearest inside.
    package init(_ timestamp: Timestamp) {
        let clamped = min(max(timestamp, CivilTime.earliest), CivilTime.latest)
        let days = CivilTime.floorDivide(clamped.milliseconds, by: CivilTime.millisecondsPerDay)
        var rest = Int(clamped.milliseconds - days * CivilTime.millisecondsPerDay)
        millisecond = rest % 1_000
        rest /= 1_000
        second = rest % 60
        rest /= 60
        minute = rest % 60
        hour = rest / 60
        (year, month, day) = CivilTime.date(ofDay: days)
    }

    /// Milliseconds since 1970-01-01 of the fields; nil when no calendar has such a moment.
    package static func timestamp(
        year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int, millisecond: Int
    ) -> Timestamp? {
        guard (0...9_999).contains(year), (1...12).contains(month),
            day >= 1, day <= daysInMonth(month, year: year), (0...23).contains(hour),
            (0...59).contains(minute), (0...59).contains(second), (0...999).contains(millisecond)
        else { return nil }
        let seconds = Int64(hour * 3_600 + minute * 60 + second)
        let days = dayNumber(year: year, month: month, day: day)
        return Timestamp(
            milliseconds: days * millisecondsPerDay + seconds * 1_000 + Int64(millisecond))
    }

    package static func daysInMonth(_ month: Int, year: Int) -> Int {
        switch month {
        case 2: isLeap(year) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    package static func isLeap(_ year: Int) -> Bool {
        year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
    }

    /// Days since 1970-01-01. Years begin in March here, so that the leap day ends one.
    private static func dayNumber(year: Int, month: Int, day: Int) -> Int64 {
        let shifted = Int64(month <= 2 ? year - 1 : year)
        let era = floorDivide(shifted, by: yearsPerEra)
        let yearOfEra = shifted - era * yearsPerEra
        let monthFromMarch = Int64((month + 9) % 12)
        let dayOfYear = (153 * monthFromMarch + 2) / 5 + Int64(day) - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * daysPerEra + dayOfEra - epochOffsetDays
    }

    private static func date(ofDay day: Int64) -> (year: Int, month: Int, day: Int) {
        let shifted = day + epochOffsetDays
        let era = floorDivide(shifted, by: daysPerEra)
        let dayOfEra = shifted - era * daysPerEra
        let yearOfEra =
            (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let dayOfMonth = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        let year = yearOfEra + era * yearsPerEra + (month <= 2 ? 1 : 0)
        return (Int(year), Int(month), Int(dayOfMonth))
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> Int64 {
        let quotient = value / divisor
        return value % divisor < 0 ? quotient - 1 : quotient
    }
}
