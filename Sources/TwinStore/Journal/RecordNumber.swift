/// Place of one record in an instance's journal: 1 at birth, +1 each, never restarts.
///
/// Not a `Position`: a record is a turn of the instance and holds inputs of many shards.
package struct RecordNumber: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Before the first record.
    package static let none = RecordNumber(rawValue: 0)
    /// The first record of a new instance.
    package static let first = RecordNumber(rawValue: 1)

    package var next: RecordNumber { RecordNumber(rawValue: rawValue + 1) }
    /// The record before this one; of `none` itself.
    package var previous: RecordNumber {
        RecordNumber(rawValue: rawValue == 0 ? 0 : rawValue - 1)
    }
}

extension RecordNumber: Comparable {
    package static func < (left: RecordNumber, right: RecordNumber) -> Bool {
        left.rawValue < right.rawValue
    }
}

extension RecordNumber: CustomStringConvertible {
    package var description: String { "\(rawValue)" }
}
