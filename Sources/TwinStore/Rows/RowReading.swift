import GRDB
import TwinCore

/// The keys of table `meta`.
enum MetaKey: String {
    case tier
    case cluster
    case journalFrom = "journal_from"
    case durable
    case replayVersion = "replay_version"
    case savedAt = "saved_at"
}

/// Reads what the rows say about themselves.
enum RowReading {
    static func value<Value: DatabaseValueConvertible>(
        _ db: Database, _ key: MetaKey, as: Value.Type
    ) throws -> Value? {
        let stored = try DatabaseValue.fetchOne(
            db, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key.rawValue])
        return stored.flatMap { Value.fromDatabaseValue($0) }
    }

    static func identity(_ db: Database) throws -> (tier: String?, cluster: String?) {
        (try value(db, .tier, as: String.self), try value(db, .cluster, as: String.self))
    }

    /// The first journal record that recovery from these rows needs; 1 before the first slice.
    static func journalFrom(_ db: Database) throws -> RecordNumber {
        let stored = try value(db, .journalFrom, as: Int64.self)
        return stored.map { RecordNumber(rawValue: UInt64(bitPattern: $0)) } ?? .first
    }

    static func meta(_ db: Database, file: String) throws -> RowMeta {
        let identity = try identity(db)
        guard let tier = identity.tier.flatMap({ Tier(name: $0) }) else {
            throw StoreError(
                .corrupt,
                "a tier was wanted in table meta, \(identity.tier ?? "nothing") was found",
                file: file)
        }
        let durable = try value(db, .durable, as: Int64.self) ?? 0
        return RowMeta(
            tier: tier, cluster: identity.cluster, journalFrom: try journalFrom(db),
            durable: RecordNumber(rawValue: UInt64(bitPattern: durable)),
            replayVersion: try value(db, .replayVersion, as: String.self),
            savedAt: try value(db, .savedAt, as: String.self))
    }
}
