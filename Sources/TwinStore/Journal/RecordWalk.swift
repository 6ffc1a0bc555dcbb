/// Reads a journal's records in order and verifies each one.
struct RecordWalk<D: Disk>: Sendable {
    let disk: D
    let segments: [JournalSurvey.Segment]
    let salt: UInt64

    /// Hands over every record of `range`, ascending. Throws `corrupt` where one is not what was
    /// written, and what `body` throws. Reads a segment at a time into memory.
    func forEach(
        _ range: ClosedRange<RecordNumber>,
        _ body: (RecordNumber, Span<UInt8>) throws(StoreError) -> Void
    ) throws(StoreError) {
        for (index, segment) in segments.enumerated() {
            let isLast = index == segments.count - 1
            let end = isLast ? range.upperBound.next : segments[index + 1].first
            guard end > range.lowerBound, segment.first <= range.upperBound else { continue }
            let image = try SegmentImage(segment.sequence, on: disk)
            var (number, offset) = (segment.first, JournalFormat.recordsOffset)
            while number < min(end, range.upperBound.next) {
                let payload = try payload(of: number, in: image, at: offset)
                if number >= range.lowerBound {
                    try body(number, image.bytes.span.extracting(payload))
                }
                offset = image.offset(after: payload)
                number = number.next
            }
        }
    }

    private func payload(
        of number: RecordNumber, in image: SegmentImage, at offset: Int
    ) throws(StoreError) -> Range<Int> {
        let reason: String
        switch image.record(number, at: offset) {
        case .whole(_, let payload): return payload
        case .nothing: reason = "record \(number) was wanted, nothing whole was found"
        case .damaged(let found): reason = found
        }
        throw StoreError(
            .corrupt, "the journal is damaged: \(reason); restore a backup", file: image.file,
            offset: UInt64(offset))
    }
}
