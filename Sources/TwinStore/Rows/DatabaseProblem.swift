import GRDB

extension StoreError {
    /// Runs `work` against a database and turns what it throws into one of ours.
    ///
    /// `wish` completes "could not …".
    static func inDatabase<Result>(
        _ file: String, couldNot wish: String, _ work: () throws -> Result
    ) throws(StoreError) -> Result {
        do {
            return try work()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, couldNot: wish, file: file)
        } catch {
            throw StoreError(.corrupt, "could not \(wish): \(error)", file: file)
        }
    }

    private init(_ error: DatabaseError, couldNot wish: String, file: String) {
        let (kind, advice): (Kind, String) =
            switch error.resultCode {
            case .SQLITE_FULL: (.diskFull, "; free space on this file system and start again")
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: (.corrupt, "; restore a backup")
            case .SQLITE_CANTOPEN: (.missing, "")
            case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH: (.forbidden, "")
            case .SQLITE_BUSY, .SQLITE_LOCKED: (.locked, "")
            default: (.inputOutput, "")
            }
        let reason = error.message ?? "SQLite error \(error.extendedResultCode.rawValue)"
        self.init(kind, "could not \(wish): \(reason)\(advice)", file: file)
    }
}
