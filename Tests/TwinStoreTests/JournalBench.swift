import Testing
import TwinStore

/// Helpers shared by the journal's promises: small segments, records that name themselves.
enum JournalBench {
    static let segmentBytes: UInt64 = 8 << 10
    static let salt: UInt64 = 0x5eed_0000_0000_0001

    static func open(
        _ disk: MemoryDisk, knownDurable: RecordNumber = .none
    ) throws(StoreError) -> Journal<MemoryDisk> {
        try Journal(
            on: disk, segmentBytes: segmentBytes, salt: salt, knownDurable: knownDurable)
    }

    /// The bytes of record `number`, of a length that depends on it; `life` tells rewrites apart.
    static func payload(_ number: UInt64, life: UInt8 = 0) -> [UInt8] {
        let count = Int(number * 37 % 900)
        return [life] + (0..<count).map { UInt8(truncatingIfNeeded: UInt64($0) &+ number) }
    }

    static func append(
        _ numbers: ClosedRange<UInt64>, to journal: inout Journal<MemoryDisk>, life: UInt8 = 0
    ) throws(StoreError) {
        for number in numbers {
            let given = try journal.append(payload(number, life: life).span)
            #expect(given.rawValue == number)
        }
    }

    /// All records of `journal`, by number.
    static func records(
        of journal: borrowing Journal<MemoryDisk>
    ) throws(StoreError) -> [UInt64: [UInt8]] {
        var records: [UInt64: [UInt8]] = [:]
        try journal.replay(from: journal.firstRecord) { number, bytes throws(StoreError) in
            records[number.rawValue] = bytes.copied
        }
        return records
    }
}

extension Span<UInt8> {
    /// The bytes as an array, for comparing.
    var copied: [UInt8] {
        var copy: [UInt8] = []
        for index in indices { copy.append(self[index]) }
        return copy
    }
}
