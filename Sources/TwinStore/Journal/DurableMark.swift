/// The last record known to be durable, written after every sync without being synced itself.
///
/// It lets a reopened journal tell a flipped bit in its last synced record from a torn tail. It may
/// be old after a power cut, never too new: it is written only after the sync it speaks of.
struct DurableMark: Equatable, Sendable {
    let salt: UInt64
    let number: RecordNumber

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(salt)
        bytes.appendLittleEndian(number.rawValue)
        bytes.appendLittleEndian(Checksum.of(bytes.span))
        return bytes
    }

    init(salt: UInt64, number: RecordNumber) {
        self.salt = salt
        self.number = number
    }

    /// Nil when the mark was torn or damaged, which only makes it silent.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count == JournalFormat.markBytes,
            bytes.littleEndian(at: 16, as: UInt32.self) == Checksum.of(bytes.extracting(0..<16))
        else { return nil }
        salt = bytes.littleEndian(at: 0, as: UInt64.self)
        number = RecordNumber(rawValue: bytes.littleEndian(at: 8, as: UInt64.self))
    }

    /// The mark beside the journal on `disk`, if it is there and whole.
    static func read(from disk: some Disk, names: [String]) throws(StoreError) -> DurableMark? {
        guard names.contains(JournalFormat.markFile) else { return nil }
        var bytes: [UInt8] = []
        try disk.open(JournalFormat.markFile, for: .reading)
            .read(JournalFormat.markBytes, at: 0, into: &bytes)
        return DurableMark(bytes.span)
    }
}
