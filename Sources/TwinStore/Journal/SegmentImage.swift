/// A whole segment in memory, for reading its records in order.
struct SegmentImage: Sendable {
    /// Where it is, for errors.
    let file: String
    let header: SegmentHeader
    let bytes: [UInt8]

    /// What is found where a record is expected.
    enum Found: Sendable {
        /// The record, and where its payload lies in `bytes`.
        case whole(RecordHeader, payload: Range<Int>)
        /// Nothing was ever written here, or only something older.
        case nothing
        /// A record was begun here and is not what was written.
        case damaged(reason: String)
    }

    /// The most that whole headers behind a damaged place say.
    struct Evidence: Sendable {
        var highest = RecordNumber.none
        var durable = RecordNumber.none
    }

    /// Reads the segment. Throws `corrupt` when its head is damaged or names another place.
    init(_ sequence: UInt64, on disk: some Disk) throws(StoreError) {
        let name = JournalFiles.segment(sequence)
        file = disk.location(of: name)
        let opened = try disk.open(name, for: .reading)
        var read: [UInt8] = []
        try opened.read(Int(try opened.size()), at: 0, into: &read)
        bytes = read
        header = try SegmentHeader(read.span, file: file)
    }

    /// Looks for record `number` at `offset`.
    func record(_ number: RecordNumber, at offset: Int) -> Found {
        guard let head = RecordHeader(bytes.span, at: offset, salt: header.salt),
            head.number >= number
        else { return .nothing }
        guard head.number == number else {
            return .damaged(reason: "record \(number) was wanted, record \(head.number) was found")
        }
        let start = offset + JournalFormat.recordHeaderBytes
        guard start + head.length <= bytes.count else {
            return .damaged(
                reason: "record \(number) of \(head.length) bytes was wanted, "
                    + "\(bytes.count - start) are left in the segment")
        }
        let payload = start..<start + head.length
        let checksum = Checksum.of(bytes.span.extracting(payload))
        guard checksum == head.payloadChecksum else {
            return .damaged(
                reason: "record \(number) has checksum \(checksum), \(head.payloadChecksum) "
                    + "was wanted")
        }
        return .whole(head, payload: payload)
    }

    /// Where the record after one with `payload` starts.
    func offset(after payload: Range<Int>) -> Int {
        payload.lowerBound - JournalFormat.recordHeaderBytes
            + JournalFormat.recordBytes(payload: payload.count)
    }

    /// Searches what follows `offset` for whole headers of `number` or later: proof that
    /// something was begun, and perhaps was durable, behind a damaged place. Costs one pass.
    func evidence(of number: RecordNumber, from offset: Int) -> Evidence {
        var evidence = Evidence()
        for place in stride(from: offset, to: bytes.count, by: JournalFormat.alignment) {
            guard let head = RecordHeader(bytes.span, at: place, salt: header.salt),
                head.number >= number
            else { continue }
            evidence.highest = max(evidence.highest, head.number)
            evidence.durable = max(evidence.durable, head.durable)
        }
        return evidence
    }
}
