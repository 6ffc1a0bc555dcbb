internal import TwinCore

/// Reads the times of recorded series, all as UTC: `2014-02-14 14:30:00`, with `T` for the blank,
/// a fraction of a second or a final `Z` if they are there.
enum CivilTime {
    /// The time that `text` names; nil when it names none.
    static func timestamp(_ text: Substring) -> Timestamp? {
        let bytes = Array(text.utf8)
        guard bytes.count >= length, bytes[4] == dash, bytes[7] == dash,
            bytes[10] == blank || bytes[10] == letterT, bytes[13] == colon, bytes[16] == colon,
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            (1...12).contains(month), (1...days(inMonth: month, of: year)).contains(day),
            hour < 24, minute < 60, second < 60, let fraction = milliseconds(bytes[length...])
        else { return nil }
        let days = daysSince1970(year: year, month: month, day: day)
        let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second
        return Timestamp(milliseconds: seconds * 1_000 + fraction)
    }

    /// Days from 1970-01-01 in the proleptic Gregorian calendar (Howard Hinnant's algorithm).
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func days(inMonth month: Int64, of year: Int64) -> Int64 {
        let next = month == 12 ? (year + 1, 1) : (year, month + 1)
        return daysSince1970(year: next.0, month: next.1, day: 1)
            - daysSince1970(year: year, month: month, day: 1)
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for byte in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// The rest after the seconds: nothing, `.ffffff`, `Z` or both; nil for anything else.
    private static func milliseconds(_ rest: ArraySlice<UInt8>) -> Int64? {
        var digits = rest
        if digits.last == UInt8(ascii: "Z") { digits.removeLast() }
        guard !digits.isEmpty else { return 0 }
        guard digits.first == UInt8(ascii: "."), digits.count >= 2, digits.count <= 10,
            number(digits.dropFirst()) != nil
        else { return nil }
        let padded = Array((digits.dropFirst() + [zero, zero]).prefix(3))
        return number(padded[...])
    }

    private static let length = 19
    private static let zero = UInt8(ascii: "0")
    private static let dash = UInt8(ascii: "-")
    private static let colon = UInt8(ascii: ":")
    private static let blank = UInt8(ascii: " ")
    private static let letterT = UInt8(ascii: "T")
}
