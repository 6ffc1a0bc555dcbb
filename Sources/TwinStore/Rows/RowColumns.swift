import Foundation
import GRDB

/// Reads the columns of one row without trusting them: a damaged page may hold any type.
struct RowColumns {
    let row: Row
    /// For messages.
    let file: String

    /// The column's value. Throws `corrupt` when it is of another type or absent.
    func value<Value: DatabaseValueConvertible>(_ column: String) throws(StoreError) -> Value {
        let stored: DatabaseValue = row[column]
        guard let value = Value.fromDatabaseValue(stored) else {
            throw StoreError(
                .corrupt,
                "column \(column) of type \(Value.self) was wanted, \(stored.storage) was found; "
                    + "restore a backup", file: file)
        }
        return value
    }

    func number<Value: FixedWidthInteger>(_ column: String) throws(StoreError) -> Value {
        let wide: Int64 = try value(column)
        guard let number = Value(exactly: wide) else {
            throw StoreError(
                .corrupt,
                "column \(column) from \(Value.min) to \(Value.max) was wanted, \(wide) was "
                    + "found; restore a backup", file: file)
        }
        return number
    }

    /// A 64-bit number stored as its bit pattern.
    func pattern(_ column: String) throws(StoreError) -> UInt64 {
        UInt64(bitPattern: try value(column))
    }

    func bytes(_ column: String) throws(StoreError) -> [UInt8] {
        let data: Data = try value(column)
        return [UInt8](data)
    }

    func bytesIfPresent(_ column: String) throws(StoreError) -> [UInt8]? {
        let stored: DatabaseValue = row[column]
        return stored.isNull ? nil : try bytes(column)
    }

    /// Throws `corrupt` unless the row's checksum is `computed`.
    func verify(_ computed: Int64, _ name: String) throws(StoreError) {
        let stored: Int64 = try value("checksum")
        guard stored == computed else {
            throw StoreError(
                .corrupt,
                "the row of \(name) is damaged: checksum \(stored) was wanted, \(computed) was "
                    + "found; restore a backup", file: file)
        }
    }

    /// The error for a row that is whole and says what cannot be.
    func damaged(_ what: String) -> StoreError {
        StoreError(.corrupt, "\(what); restore a backup", file: file)
    }
}
