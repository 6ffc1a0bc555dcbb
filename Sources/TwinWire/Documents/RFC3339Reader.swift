import TwinCore

/// A text that is no RFC 3339 time: what was wanted, and the text with the offset of the mistake.
package struct RFC3339Error: Error, Equatable, Sendable {
    package let wanted: String
    package let found: String
    package let offset: Int
}

extension RFC3339Error: CustomStringConvertible {
    package var description: String {
        "time: wanted \(wanted) at offset \(offset), found \"\(found)\"; "
            + "a time looks like 2026-11-22T14:02:36.118Z"
    }
}

/// Reads one RFC 3339 time, field by field.
struct RFC3339Reader {
    /// How much of a wrong text an error repeats.
    private static let shownMax = 64
    private static let maxFractionDigits = 9

    private let text: String
    private let bytes: [UInt8]
    private var offset = 0

    init(text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    mutating func readTimestamp() throws(RFC3339Error) -> Timestamp {
        let year = try readNumber(digits: 4, "a year of four digits")
        try read("-", "\"-\"")
        let month = try readNumber(digits: 2, "a month of two digits")
        try read("-", "\"-\"")
        let day = try readNumber(digits: 2, "a day of two digits")
        try read("Tt ", "\"T\"")
        let hour = try readNumber(digits: 2, "an hour of two digits")
        try read(":", "\":\"")
        let minute = try readNumber(digits: 2, "a minute of two digits")
        try read(":", "\":\"")
        let second = try readNumber(digits: 2, "a second of two digits")
        let millisecond = try readFraction()
        let shift = try readOffset()
        guard offset == bytes.count else { throw mistake("the end") }
        let isLeapSecond = second == 60
        guard
            let local = CivilTime.timestamp(
                year: year, month: month, day: day, hour: hour, minute: minute,
                second: isLeapSecond ? 59 : second, millisecond: isLeapSecond ? 999 : millisecond)
        else {
            offset = 0
            throw mistake("a day and time that exist")
        }
        return Timestamp(
            milliseconds: local.milliseconds + (isLeapSecond ? 1 : 0) - Int64(shift) * 60_000)
    }

    /// `.` and 1–9 digits, or nothing; milliseconds.
    private mutating func readFraction() throws(RFC3339Error) -> Int {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: ".") else { return 0 }
        offset += 1
        var milliseconds = 0
        var count = 0
        while offset < bytes.count, let digit = digit(at: offset), count < Self.maxFractionDigits {
            if count < 3 { milliseconds = milliseconds * 10 + digit }
            count += 1
            offset += 1
        }
        guard count > 0 else { throw mistake("a digit after \".\"") }
        for _ in min(count, 3)..<3 { milliseconds *= 10 }
        return milliseconds
    }

    /// `Z` or ±HH:MM; minutes east of UTC.
    private mutating func readOffset() throws(RFC3339Error) -> Int {
        guard offset < bytes.count else { throw mistake("\"Z\" or an offset such as +01:00") }
        let sign: Int
        switch bytes[offset] {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"):
            offset += 1
            return 0
        case UInt8(ascii: "+"): sign = 1
        case UInt8(ascii: "-"): sign = -1
        default: throw mistake("\"Z\" or an offset such as +01:00")
        }
        offset += 1
        let hours = try readNumber(digits: 2, "the hours of the offset")
        try read(":", "\":\"")
        let minutes = try readNumber(digits: 2, "the minutes of the offset")
        guard hours < 24, minutes < 60 else {
            offset -= 5
            throw mistake("an offset up to 23:59")
        }
        return sign * (hours * 60 + minutes)
    }

    private mutating func readNumber(
        digits: Int, _ wanted: String
    ) throws(RFC3339Error) -> Int {
        var number = 0
        for index in offset..<offset + digits {
            guard let digit = digit(at: index) else { throw mistake(wanted) }
            number = number * 10 + digit
        }
        offset += digits
        return number
    }

    private mutating func read(_ allowed: String, _ wanted: String) throws(RFC3339Error) {
        guard offset < bytes.count, allowed.utf8.contains(bytes[offset]) else {
            throw mistake(wanted)
        }
        offset += 1
    }

    private func digit(at index: Int) -> Int? {
        guard index < bytes.count else { return nil }
        let value = Int(bytes[index]) - Int(UInt8(ascii: "0"))
        return (0...9).contains(value) ? value : nil
    }

    private func mistake(_ wanted: String) -> RFC3339Error {
        RFC3339Error(
            wanted: wanted, found: String(text.prefix(Self.shownMax)), offset: offset)
    }
}
