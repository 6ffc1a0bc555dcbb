package import TwinCore

/// A time as documents carry it: RFC 3339, UTC, milliseconds, `2026-11-22T14:02:36.118Z`.
///
/// Written in exactly that form, so that times also sort as text; read in any form the RFC allows
/// (offsets, fewer or more digits of fraction, lower case, a blank for the `T`).
package struct RFC3339: Hashable, Sendable {
    package let timestamp: Timestamp

    package init(_ timestamp: Timestamp) { self.timestamp = timestamp }

    /// The nil of an unknown time stays nil.
    package init?(_ timestamp: Timestamp?) {
        guard let timestamp else { return nil }
        self.init(timestamp)
    }

    /// Reads `text`; throws what was found where the grammar wants something else.
    ///
    /// Digits beyond the third of a fraction are cut off. Second 60, a leap second, counts as the
    /// first moment of the next minute.
    package init(parsing text: some StringProtocol) throws(RFC3339Error) {
        var reader = RFC3339Reader(text: String(text))
        timestamp = try reader.readTimestamp()
    }

    /// The one written form, 24 characters.
    package var text: String {
        let time = CivilTime(timestamp)
        return Self.padded(time.year, 4) + "-" + Self.padded(time.month, 2) + "-"
            + Self.padded(time.day, 2) + "T" + Self.padded(time.hour, 2) + ":"
            + Self.padded(time.minute, 2) + ":" + Self.padded(time.second, 2) + "."
            + Self.padded(time.millisecond, 3) + "Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension RFC3339: Comparable {
    package static func < (left: RFC3339, right: RFC3339) -> Bool {
        left.timestamp < right.timestamp
    }

    /// The time that passed between two moments.
    package static func - (later: RFC3339, earlier: RFC3339) -> Milliseconds {
        later.timestamp - earlier.timestamp
    }
}

extension RFC3339: CustomStringConvertible {
    package var description: String { text }
}

extension RFC3339: Codable {
    package init(from decoder: any Decoder) throws {
        try self.init(parsing: decoder.singleValueContainer().decode(String.self))
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
