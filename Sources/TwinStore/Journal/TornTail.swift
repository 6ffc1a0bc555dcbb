/// The unfinished end of a journal whose writing a crash or a power cut interrupted.
///
/// Nothing that was ever synced is in it, so nothing that anybody was told is lost with it.
package struct TornTail: Sendable, Equatable, CustomStringConvertible {
    /// The first record that is not whole.
    package let record: RecordNumber
    /// The highest record of which something was found.
    package let highest: RecordNumber
    package let reason: String
    package let file: String
    package let offset: UInt64

    package var description: String {
        "the journal's unsynced end was cut off at record \(record): \(reason) "
            + "(\(file), offset \(offset))"
    }
}

/// What opening a journal found; a sentence of it belongs in the log.
package struct OpenReport: Sendable, Equatable {
    /// No journal was there, and a new one was made.
    package let created: Bool
    /// The first record that can be replayed, or the next to come.
    package let firstRecord: RecordNumber
    /// The last record that can be replayed.
    package let lastRecord: RecordNumber
    package let segmentCount: Int
    /// What was cut off; nil when the journal ended cleanly.
    package let tornTail: TornTail?
}
