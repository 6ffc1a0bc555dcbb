import GRDB
import TwinCore

/// Values of a row as columns and back, each row under one checksum of its identity and its bytes.
///
/// 64-bit numbers keep their bit pattern in SQLite's signed integers.
enum RowCoding {
    static func signed(_ value: UInt64) -> Int64 { Int64(bitPattern: value) }

    static func checksum(of row: TwinRow) -> Int64 {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(row.shard)
        bytes.appendLittleEndian(row.ordinal)
        bytes.appendLittleEndian(UInt64(row.openIncidents))
        bytes.appendLittleEndian(row.epoch.rawValue)
        bytes.appendLittleEndian(row.position.rawValue)
        bytes.appendLittleEndian(row.generation)
        append(row.key, to: &bytes)
        append(row.status, to: &bytes)
        return checksum(of: bytes, row.state ?? [])
    }

    static func checksum(of row: ShardRow) -> Int64 {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(row.shard)
        bytes.appendLittleEndian(row.epoch.rawValue)
        bytes.appendLittleEndian(row.position.rawValue)
        // Rows of before moves existed have none of it.
        if let epoch = row.custody.movesAt, let digest = row.custody.digest {
            append(row.custody.word, to: &bytes)
            append(row.custody.movesTo?.text ?? "", to: &bytes)
            bytes.appendLittleEndian(epoch.rawValue)
            bytes.appendLittleEndian(digest)
        }
        return checksum(of: bytes, row.state)
    }

    static func checksum(of row: AlertRow) -> Int64 {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(row.shard)
        bytes.appendLittleEndian(row.cursor.epoch.rawValue)
        bytes.appendLittleEndian(row.cursor.sequence)
        bytes.appendLittleEndian(row.at.milliseconds)
        bytes.append(row.pages ? 1 : 0)
        append(row.change, to: &bytes)
        append(row.severity, to: &bytes)
        append(row.incident, to: &bytes)
        return checksum(of: bytes, row.state)
    }

    static func twin(_ row: Row, file: String) throws(StoreError) -> TwinRow {
        let columns = RowColumns(row: row, file: file)
        let twin = TwinRow(
            shard: try columns.number("shard"), ordinal: try columns.number("ordinal"),
            key: try columns.value("key"), status: try columns.value("status"),
            openIncidents: try columns.number("open_incidents"),
            epoch: Epoch(rawValue: try columns.number("epoch")),
            position: Position(rawValue: try columns.pattern("position")),
            generation: try columns.pattern("generation"),
            state: try columns.bytesIfPresent("state"))
        try columns.verify(
            checksum(of: twin), "twin \(twin.key) (shard \(twin.shard), ordinal \(twin.ordinal))")
        return twin
    }

    static func shard(_ row: Row, file: String) throws(StoreError) -> ShardRow {
        let columns = RowColumns(row: row, file: file)
        let shard = ShardRow(
            shard: try columns.number("shard"), epoch: Epoch(rawValue: try columns.number("epoch")),
            position: Position(rawValue: try columns.pattern("position")),
            state: try columns.bytes("state"), custody: try custody(columns))
        try columns.verify(checksum(of: shard), "shard \(shard.shard)")
        return shard
    }

    private static func custody(_ columns: RowColumns) throws(StoreError) -> ShardCustody {
        // A file of before moves existed, opened for reading only.
        guard columns.row.hasColumn("custody") else { return .owned }
        let word: String = try columns.value("custody")
        switch word {
        case ShardCustody.owned.word: return .owned
        case "candidate":
            return .candidate(
                epoch: Epoch(rawValue: try columns.number("moves_at")),
                digest: try columns.pattern("digest"))
        case "released":
            let text: String = try columns.value("moves_to")
            do {
                return .released(
                    to: try InstanceName(text),
                    epoch: Epoch(rawValue: try columns.number("moves_at")),
                    digest: try columns.pattern("digest"))
            } catch {
                throw columns.damaged("moves_to: \(error)")
            }
        default:
            throw columns.damaged("custody: owned, candidate or released wanted, \(word) found")
        }
    }

    static func alert(_ row: Row, file: String) throws(StoreError) -> AlertRow {
        let columns = RowColumns(row: row, file: file)
        let alert = AlertRow(
            shard: try columns.number("shard"),
            cursor: AlertCursor(
                epoch: Epoch(rawValue: try columns.number("epoch")),
                sequence: try columns.pattern("sequence")),
            at: Timestamp(milliseconds: try columns.value("at")),
            change: try columns.value("change"), severity: try columns.value("severity"),
            pages: try columns.value("pages"), incident: try columns.value("incident"),
            state: try columns.bytes("state"))
        try columns.verify(
            checksum(of: alert),
            "alert \(alert.cursor.sequence) of shard \(alert.shard), epoch \(alert.cursor.epoch)")
        return alert
    }

    static func quarantine(_ row: Row, file: String) throws(StoreError) -> QuarantineRow {
        let columns = RowColumns(row: row, file: file)
        return QuarantineRow(
            id: try columns.value("id"), twin: try columns.value("twin"),
            digest: try columns.value("digest"), reason: try columns.value("reason"),
            bytes: try columns.bytes("bytes"),
            at: Timestamp(milliseconds: try columns.value("at")))
    }

    private static func checksum(of identity: [UInt8], _ state: [UInt8]) -> Int64 {
        var checksum = Checksum()
        checksum.add(identity.span)
        checksum.add(state.span)
        return Int64(checksum.value)
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: text.utf8)
        bytes.append(0)
    }
}
