/// A wall-clock time in whole milliseconds since 1970-01-01 UTC.
///
/// Stamps and report age only: it may step. Durations are measured in `Elapsed`.
package struct Timestamp: Hashable, Sendable, Codable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }

    package static func + (time: Timestamp, span: Milliseconds) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds &+ span.rawValue)
    }

    package static func - (later: Timestamp, earlier: Timestamp) -> Milliseconds {
        Milliseconds(rawValue: later.milliseconds &- earlier.milliseconds)
    }
}

extension Timestamp: Comparable {
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}
