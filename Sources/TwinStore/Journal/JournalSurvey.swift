/// What a journal's files hold, found by reading alone: the start of opening, checking and backup.
struct JournalSurvey: Sendable {
    /// A live segment.
    struct Segment: Sendable, Equatable {
        let sequence: UInt64
        let first: RecordNumber
        /// Size of the file.
        let bytes: UInt64
    }

    let files: JournalFiles
    /// Ascending, without a gap; empty when there is no journal yet.
    let segments: [Segment]
    let salt: UInt64
    /// One before `segments.first` when there is no record.
    let lastRecord: RecordNumber
    /// Where the next record goes in the last segment.
    let endOffset: Int
    /// Nil when the journal ends cleanly.
    let tornTail: TornTail?

    /// The first record that is there, or the next to come.
    var firstRecord: RecordNumber { segments.first?.first ?? .first }

    /// Reads the journal on `disk`.
    ///
    /// Every record up to `knownDurable` must be there, and every one that the journal itself
    /// proves durable; else this throws `corrupt`. Records of earlier segments are verified when
    /// they are walked.
    init(of disk: some Disk, knownDurable: RecordNumber) throws(StoreError) {
        let names = try disk.names()
        files = JournalFiles(names)
        let mark = try DurableMark.read(from: disk, names: names)
        guard let last = files.segments.last else {
            let proven = max(knownDurable, mark?.number ?? .none)
            guard proven == .none else {
                throw StoreError(
                    .corrupt,
                    "the journal is gone: it was durable up to record \(proven) and no segment "
                        + "was found; restore a backup")
            }
            (segments, salt, lastRecord) = ([], 0, .none)
            (endOffset, tornTail) = (JournalFormat.recordsOffset, nil)
            return
        }
        let image = try SegmentImage(last, on: disk)
        segments = try Self.segments(files.segments, salt: image.header.salt, on: disk)
        salt = image.header.salt

        var (next, offset, reason) = (image.header.first, JournalFormat.recordsOffset, "")
        search: while true {
            switch image.record(next, at: offset) {
            case .whole(_, let payload):
                offset = image.offset(after: payload)
                next = next.next
            case .nothing:
                reason = "record \(next) was wanted, nothing whole was found"
                break search
            case .damaged(let found):
                reason = found
                break search
            }
        }
        lastRecord = next.previous
        endOffset = offset

        let evidence = image.evidence(of: next, from: offset)
        let marked = mark.map { $0.salt == image.header.salt ? $0.number : .none } ?? .none
        let proven = max(evidence.durable, max(marked, knownDurable))
        guard proven < next else {
            throw StoreError(
                .corrupt,
                "the journal is damaged: \(reason), and records up to \(proven) were durable; "
                    + "restore a backup", file: image.file, offset: UInt64(offset))
        }
        tornTail =
            evidence.highest >= next
            ? TornTail(
                record: next, highest: evidence.highest, reason: reason, file: image.file,
                offset: UInt64(offset))
            : nil
    }

    private static func segments(
        _ sequences: [UInt64], salt: UInt64, on disk: some Disk
    ) throws(StoreError) -> [Segment] {
        var segments: [Segment] = []
        for sequence in sequences {
            let name = JournalFiles.segment(sequence)
            let location = disk.location(of: name)
            let file = try disk.open(name, for: .reading)
            var bytes: [UInt8] = []
            try file.read(JournalFormat.segmentHeaderBytes, at: 0, into: &bytes)
            let header = try SegmentHeader(bytes.span, file: location)
            guard header.salt == salt, header.sequence == sequence else {
                throw StoreError(
                    .corrupt, "a journal segment is not the one its name says", file: location)
            }
            if let previous = segments.last,
                previous.sequence + 1 != sequence || previous.first > header.first
            {
                throw StoreError(
                    .corrupt,
                    "journal segment \(previous.sequence + 1) was wanted, \(sequence) was found; "
                        + "restore a backup", file: location)
            }
            let size = try file.size()
            segments.append(Segment(sequence: sequence, first: header.first, bytes: size))
        }
        return segments
    }
}
