import TwinCore

/// The durable, ordered log of an instance's turns: append, sync, replay, drop.
///
/// Records are opaque bytes, numbered from 1 without a gap. `append` makes a record visible, `sync`
/// makes all appended ones durable; whatever was synced is found again after a crash or a power
/// cut, whole and in order, or opening throws. A journal belongs to one thread at a time; it never
/// retries: after any error of the disk it is poisoned and every later call throws.
///
/// Opening cuts off a torn tail (records that were begun and never synced) and says so in
/// `openReport`. A record that is known to have been synced is never cut off: each record carries
/// the durable record at its writing, the mark file carries the last one, and the caller may know
/// one. One case stays ambiguous: a power cut that takes the unsynced mark, together with
/// a bit that flipped in the very last synced record, looks like a torn tail; `knownDurable` from
/// the rows closes most of that window.
package struct Journal<D: Disk>: ~Copyable {
    /// What opening found.
    package let openReport: OpenReport
    /// The last record that a power cut cannot take.
    package private(set) var durableRecord: RecordNumber
    /// The last record appended; the one before `firstRecord` when there is none.
    package private(set) var lastRecord: RecordNumber
    /// The oldest record that can be replayed, or the next to come.
    package var firstRecord: RecordNumber { segments[0].first }
    /// Largest payload that fits.
    package let recordBytesMax: Int

    private let disk: D
    private let segmentBytes: UInt64
    private let salt: UInt64
    private var segments: [JournalSurvey.Segment]
    private var spares: [String]
    private var active: D.File
    private let mark: D.File
    private var endOffset: Int
    private var failure: StoreError?
    private var buffer: [UInt8] = []

    /// Opens the journal on `disk`, or makes one where none is.
    ///
    /// - Parameters:
    ///   - segmentBytes: size of new segments.
    ///   - salt: a random number, used when a journal is made.
    ///   - creatingAt: number of the first record when a journal is made; 1 unless restoring.
    ///   - knownDurable: a record that the caller knows to have been durable.
    ///
    /// Everything found is durable when this returns. Throws `corrupt` for any damage that is not
    /// a torn tail. Reads the last segment whole.
    package init(
        on disk: D, segmentBytes: UInt64 = StoreLimits.segmentBytesDefault, salt: UInt64,
        creatingAt: RecordNumber = .first, knownDurable: RecordNumber = .none
    ) throws(StoreError) {
        invariant(
            (StoreLimits.segmentBytesMin...StoreLimits.segmentBytesMax).contains(segmentBytes),
            "segment of \(segmentBytes) bytes")
        let survey = try JournalSurvey(of: disk, knownDurable: knownDurable)
        for leftover in survey.files.leftovers { try disk.remove(leftover) }
        let spares = try Self.usableSpares(survey.files.spares, bytes: segmentBytes, on: disk)
        let isNew = survey.segments.isEmpty
        let (segments, active) =
            isNew
            ? try Self.begin(at: creatingAt, salt: salt, bytes: segmentBytes, on: disk)
            : (survey.segments, try Self.reopen(survey, on: disk))
        let mark = try Self.openMark(on: disk)
        try disk.syncDirectory()
        let lastRecord = isNew ? creatingAt.previous : survey.lastRecord
        let journalSalt = isNew ? salt : survey.salt
        try mark.write(DurableMark(salt: journalSalt, number: lastRecord).encoded.span, at: 0)

        openReport = OpenReport(
            created: isNew, firstRecord: segments[0].first, lastRecord: lastRecord,
            segmentCount: segments.count, tornTail: survey.tornTail)
        durableRecord = lastRecord
        self.lastRecord = lastRecord
        recordBytesMax = min(
            StoreLimits.recordBytesMax,
            Int(segmentBytes) - JournalFormat.recordsOffset - JournalFormat.recordHeaderBytes)
        self.disk = disk
        self.segmentBytes = segmentBytes
        self.salt = journalSalt
        self.segments = segments
        self.spares = spares
        self.active = active
        self.mark = mark
        endOffset = survey.endOffset
    }

    /// Bytes of live segments in use, which replay would have to read.
    package var sizeBytes: UInt64 {
        segments.dropLast().reduce(UInt64(endOffset)) { $0 + $1.bytes }
    }

    /// Writes one record behind the last and returns its number: visible now, durable after
    /// `sync`. One copy and one write; every segment's end also costs two syncs.
    ///
    /// Throws `tooLarge`, which changes nothing, or a disk's error, which poisons.
    package mutating func append(_ payload: Span<UInt8>) throws(StoreError) -> RecordNumber {
        try requireHealthy()
        guard payload.count <= recordBytesMax else {
            throw StoreError(
                .tooLarge,
                "a journal record of at most \(recordBytesMax) bytes was wanted, one of "
                    + "\(payload.count) was given")
        }
        do {
            let bytes = JournalFormat.recordBytes(payload: payload.count)
            if UInt64(endOffset + bytes) > segments[segments.count - 1].bytes { try roll() }
            encode(payload)
            try active.write(buffer.span, at: UInt64(endOffset))
            endOffset += bytes
            lastRecord = lastRecord.next
            return lastRecord
        } catch {
            failure = error
            throw error
        }
    }

    /// Makes every appended record durable and returns the last of them. Costs nothing when
    /// there is nothing new. An error poisons the journal: the sync is never tried again.
    package mutating func sync() throws(StoreError) -> RecordNumber {
        try requireHealthy()
        do {
            try syncActive()
            return durableRecord
        } catch {
            failure = error
            throw error
        }
    }

    /// Hands every record from `from` on to `body`, ascending. `from` may be one past the last.
    ///
    /// Throws `corrupt` when a wanted record is not there or not whole, and what `body` throws.
    package func replay(
        from: RecordNumber, _ body: (RecordNumber, Span<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) {
        try requireHealthy()
        guard from >= firstRecord, from <= lastRecord.next else {
            throw StoreError(
                .corrupt,
                "the rows need the journal from record \(from), it holds \(firstRecord) to "
                    + "\(lastRecord); restore a backup")
        }
        guard from <= lastRecord else { return }
        let walk = RecordWalk(disk: disk, segments: segments, salt: salt)
        try walk.forEach(from...lastRecord, body)
    }

    /// Gives up every segment that holds only records before `number`; a few become spares for
    /// later ones. The segment in use stays. An error poisons.
    package mutating func drop(before number: RecordNumber) throws(StoreError) {
        try requireHealthy()
        do {
            while segments.count > 1, segments[1].first <= number {
                try dropOldest()
            }
        } catch {
            failure = error
            throw error
        }
    }
}

extension Journal {
    private func requireHealthy() throws(StoreError) {
        guard let failure else { return }
        throw StoreError(
            .poisoned, "the journal stopped after an earlier error: \(failure.sentence)",
            file: failure.file, offset: failure.offset)
    }

    private mutating func encode(_ payload: Span<UInt8>) {
        let padded = JournalFormat.recordBytes(payload: payload.count)
        buffer.removeAll(keepingCapacity: true)
        buffer.reserveCapacity(padded)
        RecordHeader(
            length: payload.count, number: lastRecord.next, durable: durableRecord, salt: salt,
            payloadChecksum: Checksum.of(payload)
        ).encode(into: &buffer)
        unsafe payload.withUnsafeBufferPointer { unsafe buffer.append(contentsOf: $0) }
        buffer.append(contentsOf: repeatElement(0, count: padded - buffer.count))
    }

    private mutating func syncActive() throws(StoreError) {
        guard durableRecord < lastRecord else { return }
        try active.sync()
        durableRecord = lastRecord
        try mark.write(DurableMark(salt: salt, number: durableRecord).encoded.span, at: 0)
    }

    /// Goes on in a fresh segment. What the old one holds is durable first, so only the last
    /// segment of a journal can have a torn tail.
    private mutating func roll() throws(StoreError) {
        try syncActive()
        let sequence = segments[segments.count - 1].sequence + 1
        let header = SegmentHeader(salt: salt, sequence: sequence, first: lastRecord.next)
        active = try Self.makeSegment(
            header, bytes: segmentBytes, spare: spares.popLast(), on: disk)
        segments.append(.init(sequence: sequence, first: header.first, bytes: segmentBytes))
        endOffset = JournalFormat.recordsOffset
    }

    /// Oldest first and durable one by one: a power cut leaves no hole in the row of segments.
    private mutating func dropOldest() throws(StoreError) {
        let oldest = segments[0]
        let name = JournalFiles.segment(oldest.sequence)
        if spares.count < StoreLimits.spareSegmentsMax, oldest.bytes == segmentBytes {
            let spare = JournalFiles.spare(oldest.sequence)
            try disk.rename(name, to: spare)
            spares.append(spare)
        } else {
            try disk.remove(name)
        }
        try disk.syncDirectory()
        segments.removeFirst()
    }

    /// A durable segment with a whole head, from a spare or new. It gets its name last, and is
    /// opened by it: later errors name a file that is there.
    private static func makeSegment(
        _ header: SegmentHeader, bytes: UInt64, spare: String?, on disk: D
    ) throws(StoreError) -> D.File {
        let unfinished = spare ?? JournalFiles.new(header.sequence)
        let file =
            if let spare {
                try disk.open(spare, for: .writing)
            } else {
                try disk.create(unfinished, bytes: bytes)
            }
        try file.write(header.encoded.span, at: 0)
        try file.sync()
        let name = JournalFiles.segment(header.sequence)
        try disk.rename(unfinished, to: name)
        try disk.syncDirectory()
        return try disk.open(name, for: .writing)
    }

    private static func begin(
        at first: RecordNumber, salt: UInt64, bytes: UInt64, on disk: D
    ) throws(StoreError) -> ([JournalSurvey.Segment], D.File) {
        let header = SegmentHeader(salt: salt, sequence: 1, first: first)
        let file = try makeSegment(header, bytes: bytes, spare: nil, on: disk)
        return ([.init(sequence: 1, first: first, bytes: bytes)], file)
    }

    /// The last segment, rid of a torn tail and durable.
    private static func reopen(
        _ survey: JournalSurvey, on disk: D
    ) throws(StoreError) -> D.File {
        let last = survey.segments[survey.segments.count - 1]
        let file = try disk.open(JournalFiles.segment(last.sequence), for: .writing)
        if survey.tornTail != nil {
            try erase(file, from: UInt64(survey.endOffset), to: last.bytes)
        }
        try file.sync()
        return file
    }

    private static func usableSpares(
        _ names: [String], bytes: UInt64, on disk: D
    ) throws(StoreError) -> [String] {
        var usable: [String] = []
        for name in names {
            let size = try disk.open(name, for: .reading).size()
            if size == bytes, usable.count < StoreLimits.spareSegmentsMax {
                usable.append(name)
            } else {
                try disk.remove(name)
            }
        }
        return usable
    }

    /// Overwrites a torn tail with zeros, so that no later record can be followed by what is
    /// left of it.
    private static func erase(
        _ file: D.File, from start: UInt64, to end: UInt64
    ) throws(StoreError) {
        let chunkBytes: UInt64 = 1 << 20
        let zeros = [UInt8](repeating: 0, count: Int(min(chunkBytes, end - start)))
        var offset = start
        while offset < end {
            let count = Int(min(UInt64(zeros.count), end - offset))
            try file.write(zeros.span.extracting(0..<count), at: offset)
            offset += UInt64(count)
        }
    }

    private static func openMark(on disk: D) throws(StoreError) -> D.File {
        let name = JournalFormat.markFile
        guard try disk.names().contains(name) else {
            return try disk.create(name, bytes: UInt64(JournalFormat.markBytes))
        }
        return try disk.open(name, for: .writing)
    }
}
