/// What is fuzzed: each takes any bytes and must come to an error or to a value that keeps its
/// promises.
///
/// One function for both uses: libFuzzer calls it with what it invents, `FuzzTests` with the corpus
/// that was kept. The raw value names the corpus folder.
package enum FuzzTarget: String, CaseIterable, Sendable {
    /// The frames that the broker itself reads: destination, envelope, return route.
    case envelope
    /// Every payload of the protocol; the first byte picks the message.
    case message
    /// The packed report batch.
    case reportBatch = "report-batch"
    /// The broker's placement file.
    case placement
    /// A journal record: read, written again, replayed into a running instance's core.
    case journalRecord = "journal-record"
    /// A journal's segment file: opened, replayed, appended to, opened again.
    case journalFile = "journal-file"
    /// Messages to a running instance's core, whose record is then replayed.
    case instance

    /// Checks one input; throws what is wrong with us. A crash is a finding too.
    package func check(_ bytes: [UInt8]) throws(FuzzFinding) {
        switch self {
        case .envelope: try EnvelopeCheck.run(bytes)
        case .message: try MessageCheck.run(bytes)
        case .reportBatch: try ReportBatchCheck.run(bytes)
        case .placement: try PlacementCheck.run(bytes)
        case .journalRecord: try JournalRecordCheck.run(bytes)
        case .journalFile: try JournalFileCheck.run(bytes)
        case .instance: try InstanceCheck.run(bytes)
        }
    }
}
