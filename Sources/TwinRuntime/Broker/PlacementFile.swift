internal import Foundation
package import TwinCore
package import TwinStore

/// The broker's one durable fact, `placement.json`: read whole, replaced whole.
///
/// ```
/// {"format":1,"crc32":"7f3a91c0","record":{…}}
/// ```
/// The checksum is zlib's CRC-32 of the bytes from `record`'s opening to its closing brace, so any
/// JSON tool reads the file and an edit by hand is found.
package struct PlacementFile<Storage: Disk>: Sendable {
    /// The name in the state directory.
    package static var name: String { "placement.json" }

    private let storage: Storage

    package init(on storage: Storage) { self.storage = storage }

    /// What is stored; nil when nothing is. Throws `corrupt` or `newerSchema`, never guesses.
    package func read() throws(StoreError) -> BrokerRecord? {
        guard try storage.names().contains(Self.name) else { return nil }
        let file = try storage.open(Self.name, for: .reading)
        let size = try file.size()
        guard size <= PlacementFormat.bytesMax else {
            throw damaged("wanted at most \(PlacementFormat.bytesMax) bytes, found \(size)")
        }
        var bytes: [UInt8] = []
        try file.read(Int(size), at: 0, into: &bytes)
        return try decode(bytes)
    }

    /// Replaces the file: after a crash or a power cut it is the old one or the new one. Durable
    /// on return; blocks for two syncs.
    package func write(_ record: BrokerRecord) throws(StoreError) {
        let bytes = try encode(record)
        let unfinished = Self.name + ".new"
        if try storage.names().contains(unfinished) { try storage.remove(unfinished) }
        let file = try storage.create(unfinished, bytes: UInt64(bytes.count))
        try file.write(bytes.span, at: 0)
        try file.sync()
        try storage.rename(unfinished, to: Self.name)
        try storage.syncDirectory()
    }

    private var location: String { storage.location(of: Self.name) }

    // MARK: the bytes

    private func encode(_ record: BrokerRecord) throws(StoreError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body: [UInt8]
        do {
            body = Array(try encoder.encode(record))
        } catch {
            throw StoreError(.corrupt, "the placement has no JSON form: \(error)", file: location)
        }
        return Array(PlacementFormat.head(checksum: CRC32.checksum(body)).utf8) + body
            + Array(PlacementFormat.tail.utf8)
    }

    private func decode(_ bytes: [UInt8]) throws(StoreError) -> BrokerRecord {
        if let format = PlacementFormat.number(in: bytes), format > PlacementFormat.current {
            throw StoreError(
                .newerSchema,
                "wanted placement format \(PlacementFormat.current), found format "
                    + "\(format): start the newer twin-broker again", file: location)
        }
        let headCount = PlacementFormat.head(checksum: 0).utf8.count
        let tail = Array(PlacementFormat.tail.utf8)
        guard bytes.count > headCount + tail.count, Array(bytes.suffix(tail.count)) == tail else {
            throw damaged("it ends after \(bytes.count) bytes, not as it was written")
        }
        let body = Array(bytes[headCount..<(bytes.count - tail.count)])
        let head = PlacementFormat.head(checksum: CRC32.checksum(body))
        guard Array(bytes.prefix(headCount)) == Array(head.utf8) else {
            let found = String(decoding: bytes.prefix(headCount), as: UTF8.self)
            throw damaged("wanted \(head), found \(found)")
        }
        do {
            return try JSONDecoder().decode(BrokerRecord.self, from: Data(body))
        } catch {
            throw damaged("\(error)")
        }
    }

    private func damaged(_ what: String) -> StoreError {
        StoreError(
            .corrupt,
            "the placement is damaged or was edited: \(what). Put back a copy; or "
                + "remove the file and start without --bootstrap: the instances then tell what "
                + "they own", file: location)
    }
}

/// The frame around the record in `placement.json`.
private enum PlacementFormat {
    static let current = 1
    /// A whole placement of three tiers with 4,096 shards of changing owners stays below this.
    static let bytesMax: UInt64 = 16 << 20
    static let tail = "}\n"
    private static let formatKey = "{\"format\":"
    private static let checksumDigits = 8

    static func head(checksum: UInt32) -> String {
        let digits = String(checksum, radix: 16)
        let padded = String(repeating: "0", count: checksumDigits - digits.count) + digits
        return "\(formatKey)\(current),\"crc32\":\"\(padded)\",\"record\":"
    }

    /// The format that a file says it has; nil when it says none.
    static func number(in bytes: [UInt8]) -> Int? {
        let key = Array(formatKey.utf8)
        guard Array(bytes.prefix(key.count)) == key else { return nil }
        let digits = bytes.dropFirst(key.count).prefix {
            $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")
        }
        return Int(String(decoding: digits, as: UTF8.self))
    }
}
