/// The journal's file format, version 1. All numbers are little-endian.
///
/// ```
/// journal-0000000001.seg   segment header, padding to 4096, records
/// segment header           magic u64, salt u64, sequence u64, first record u64, format u32,
///                          crc u32
/// record                   length u32, magic u32, number u64, durable u64, salt u64,
///                          payload crc u32, header crc u32, payload; padded to 64
/// journal-durable          salt u64, number u64, crc u32
/// journal-0000000001.spare a dropped segment waiting to be used again
/// journal-0000000001.new   a segment being made; left behind only by a crash, and removed
/// ```
/// Each crc is CRC-32C of the header bytes before it, or of the payload. A segment gets its name
/// only after its header is durable, so a damaged header is always corruption. The salt is random
/// per journal: neither another journal's bytes nor a payload made to look like a record pass.
/// A recycled segment holds older records of this journal; their numbers are lower than any
/// expected one. `durable` is the last record known to be durable when this one was appended.
enum JournalFormat {
    static let version: UInt32 = 1
    static let segmentMagic: UInt64 = 0x3147_4553_4e49_5754  // "TWINSEG1"
    static let recordMagic: UInt32 = 0x5243_4552  // "RECR"
    static let segmentHeaderBytes = 40
    static let recordHeaderBytes = 40
    static let markBytes = 20
    /// Where the first record of a segment starts.
    static let recordsOffset = 4_096
    /// Records start at multiples of this; a header never straddles two sectors.
    static let alignment = 64
    static let markFile = "journal-durable"
    /// Segments and records that a head may begin with: as many are left to count on to.
    static let numbers: ClosedRange<UInt64> = 1...UInt64(Int64.max)

    /// Bytes that a record with `payload` bytes takes in its segment.
    static func recordBytes(payload: Int) -> Int {
        (recordHeaderBytes + payload + alignment - 1) / alignment * alignment
    }
}

/// The head of a segment file.
struct SegmentHeader: Equatable, Sendable {
    let salt: UInt64
    let sequence: UInt64
    let first: RecordNumber

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(JournalFormat.segmentMagic)
        bytes.appendLittleEndian(salt)
        bytes.appendLittleEndian(sequence)
        bytes.appendLittleEndian(first.rawValue)
        bytes.appendLittleEndian(JournalFormat.version)
        bytes.appendLittleEndian(Checksum.of(bytes.span))
        return bytes
    }

    init(salt: UInt64, sequence: UInt64, first: RecordNumber) {
        self.salt = salt
        self.sequence = sequence
        self.first = first
    }

    /// Reads the head of `file`. Throws `corrupt`, or `newerSchema` for a later format.
    init(_ bytes: Span<UInt8>, file: String) throws(StoreError) {
        guard bytes.count >= JournalFormat.segmentHeaderBytes else {
            throw StoreError(
                .corrupt,
                "a journal segment of at least \(JournalFormat.segmentHeaderBytes) bytes was "
                    + "wanted, \(bytes.count) were found", file: file)
        }
        let stored = bytes.littleEndian(at: 36, as: UInt32.self)
        let computed = Checksum.of(bytes.extracting(0..<36))
        guard stored == computed,
            bytes.littleEndian(at: 0, as: UInt64.self) == JournalFormat.segmentMagic
        else {
            throw StoreError(
                .corrupt,
                "the head of a journal segment is damaged: checksum \(computed) was wanted, "
                    + "\(stored) was found", file: file, offset: 0)
        }
        let format = bytes.littleEndian(at: 32, as: UInt32.self)
        guard format <= JournalFormat.version else {
            throw StoreError(
                .newerSchema,
                "this release reads journal format \(JournalFormat.version), found format "
                    + "\(format): start the newer release again", file: file)
        }
        salt = bytes.littleEndian(at: 8, as: UInt64.self)
        sequence = bytes.littleEndian(at: 16, as: UInt64.self)
        first = RecordNumber(rawValue: bytes.littleEndian(at: 24, as: UInt64.self))
        guard JournalFormat.numbers.contains(sequence),
            JournalFormat.numbers.contains(first.rawValue)
        else {
            throw StoreError(
                .corrupt,
                "the head of a journal segment is not ours: segment and record from 1 to "
                    + "\(JournalFormat.numbers.upperBound) were wanted, segment \(sequence) from "
                    + "record \(first) was found", file: file, offset: 0)
        }
    }
}

/// The head of a record.
struct RecordHeader: Equatable, Sendable {
    let length: Int
    let number: RecordNumber
    let durable: RecordNumber
    let salt: UInt64
    let payloadChecksum: UInt32

    func encode(into bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.appendLittleEndian(UInt32(length))
        bytes.appendLittleEndian(JournalFormat.recordMagic)
        bytes.appendLittleEndian(number.rawValue)
        bytes.appendLittleEndian(durable.rawValue)
        bytes.appendLittleEndian(salt)
        bytes.appendLittleEndian(payloadChecksum)
        bytes.appendLittleEndian(Checksum.of(bytes.span.extracting(start...)))
    }

    init(
        length: Int, number: RecordNumber, durable: RecordNumber, salt: UInt64,
        payloadChecksum: UInt32
    ) {
        self.length = length
        self.number = number
        self.durable = durable
        self.salt = salt
        self.payloadChecksum = payloadChecksum
    }

    /// The header of this journal at `offset`; nil when there is none that is whole.
    init?(_ bytes: Span<UInt8>, at offset: Int, salt: UInt64) {
        let end = offset + JournalFormat.recordHeaderBytes
        guard end <= bytes.count,
            bytes.littleEndian(at: offset + 4, as: UInt32.self) == JournalFormat.recordMagic,
            bytes.littleEndian(at: offset + 24, as: UInt64.self) == salt,
            bytes.littleEndian(at: end - 4, as: UInt32.self)
                == Checksum.of(bytes.extracting(offset..<end - 4))
        else { return nil }
        length = Int(bytes.littleEndian(at: offset, as: UInt32.self))
        number = RecordNumber(rawValue: bytes.littleEndian(at: offset + 8, as: UInt64.self))
        durable = RecordNumber(rawValue: bytes.littleEndian(at: offset + 16, as: UInt64.self))
        self.salt = salt
        payloadChecksum = bytes.littleEndian(at: offset + 32, as: UInt32.self)
    }
}
