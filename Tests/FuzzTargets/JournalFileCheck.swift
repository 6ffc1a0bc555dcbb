internal import CPlatform
internal import TwinCore
internal import TwinStore

/// A segment file made of bytes: flags, the 40 bytes of its head, then what stands where records
/// begin. Opening gives a journal or an error; a journal that opened takes a record and is found
/// again with all it had.
enum JournalFileCheck {
    private static let headBytes = 40
    private static let recordsOffset = 4_096
    private static let alignment = 64
    private static let segmentBytes: UInt64 = 8_192
    private static let segment = "journal-0000000001.seg"
    private static let mark = "journal-durable"

    /// Bits of the first byte.
    private enum Flag {
        /// Leave checksums as they are: most inputs then end at the head.
        static let keepsChecksums: UInt8 = 1
        /// The first 20 bytes of the records stand in the mark file too.
        static let hasMark: UInt8 = 2
    }

    static func run(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let flags = bytes.first, bytes.count > headBytes else { return }
        var file = Array(bytes[1...headBytes])
        file += Array(repeating: 0, count: recordsOffset - headBytes)
        file += bytes[(headBytes + 1)...]
        if flags & Flag.keepsChecksums == 0 { repair(&file) }
        let mark = flags & Flag.hasMark == 0 ? nil : markFile(file)
        do {
            try open(try disk(file, mark: mark))
        } catch let finding as FuzzFinding {
            throw finding
        } catch {
            try Expectation.sentence("\(error)")
        }
    }

    private static func disk(_ file: [UInt8], mark: [UInt8]?) throws(StoreError) -> MemoryDisk {
        let disk = MemoryDisk()
        try disk.create(segment, bytes: segmentBytes).write(file.span, at: 0)
        if let mark { try disk.create(self.mark, bytes: 0).write(mark.span, at: 0) }
        return disk
    }

    private static func open(_ disk: MemoryDisk) throws {
        var journal = try Journal(on: disk, segmentBytes: segmentBytes, salt: 7)
        let report = journal.openReport
        try replay(journal)
        let added = try journal.append([1, 2, 3].span)
        try Expectation.that(
            added.rawValue == report.lastRecord.rawValue + 1,
            "record \(added) was appended to a journal that ends at \(report.lastRecord)")
        let durable = try journal.sync()
        try Expectation.that(durable == added, "after a sync \(durable) is durable, not \(added)")
        let found = try Expectation.again("a synced journal") {
            let again = try Journal(on: disk, segmentBytes: segmentBytes, salt: 8)
            try replay(again)
            return again.openReport
        }
        try Expectation.that(
            found.lastRecord == added && found.firstRecord == report.firstRecord
                && found.tornTail == nil, "opened again: \(found), before: \(report)")
    }

    /// Records come in order, each once, up to the last.
    private static func replay(_ journal: borrowing Journal<MemoryDisk>) throws {
        let (first, last) = (journal.firstRecord, journal.lastRecord)
        var next = first
        var isInOrder = true
        try journal.replay(from: first) { number, _ throws(StoreError) in
            isInOrder = isInOrder && number == next
            next = number.next
        }
        try Expectation.that(isInOrder, "records were handed out in another order")
        try Expectation.that(
            next == last.next, "replay ended before \(next), the journal ends at \(last)")
    }

    // MARK: checksums, so that more than one input in four billion gets past them

    private static func repair(_ file: inout [UInt8]) {
        put(checksum(file[0..<36]), into: &file, at: 36)
        for start in stride(from: recordsOffset, to: file.count - headBytes + 1, by: alignment) {
            let payload = start + headBytes
            let length = Int(number(file, at: start))
            guard length <= file.count - payload else { continue }
            put(checksum(file[payload..<payload + length]), into: &file, at: start + 32)
            put(checksum(file[start..<start + 36]), into: &file, at: start + 36)
        }
    }

    private static func markFile(_ file: [UInt8]) -> [UInt8] {
        var mark = Array(file[8..<16]) + Array(file[recordsOffset...].prefix(8))
        mark += Array(repeating: 0, count: 20 - mark.count)
        put(checksum(mark[0..<16]), into: &mark, at: 16)
        return mark
    }

    private static func number(_ file: [UInt8], at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(file[offset + $1]) << UInt32($1 * 8) }
    }

    private static func put(_ number: UInt32, into file: inout [UInt8], at offset: Int) {
        for index in 0..<4 {
            file[offset + index] = UInt8(truncatingIfNeeded: number >> (index * 8))
        }
    }

    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        unsafe bytes.withUnsafeBytes { unsafe twin_crc32c(0, $0.baseAddress, $0.count) }
    }
}
