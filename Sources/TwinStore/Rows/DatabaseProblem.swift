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
            throw .database(
                code: error.extendedResultCode.rawValue, message: error.message, couldNot: wish,
                file: file
            ) { SpaceReading(around: file) }
        } catch {
            throw StoreError(.corrupt, "could not \(wish): \(error)", file: file)
        }
    }

    /// SQLite says "disk I/O error" for most failed writes. Want of room is looked for then: in the
    /// code, which names a full file system only sometimes, and around the file.
    /// - Parameter code: the extended result code.
    /// - Parameter space: looks around the file; asked only when it may tell.
    package static func database(
        code: CInt, message: String?, couldNot wish: String, file: String,
        space: () -> SpaceReading
    ) -> StoreError {
        let words = message ?? "SQLite error \(code)"
        let primary = ResultCode(rawValue: code).primaryResultCode
        let (kind, advice): (Kind, String)
        switch primary {
        case .SQLITE_FULL:
            let shortage = space().shortage ?? .fileSystemFull
            return .shortage(shortage, couldNot: wish, file: file, words: words)
        case .SQLITE_IOERR, .SQLITE_CANTOPEN:
            if let shortage = space().shortage {
                return .shortage(shortage, couldNot: wish, file: file, words: words)
            }
            let isMissing = primary == .SQLITE_CANTOPEN
            (kind, advice) = (isMissing ? .missing : .inputOutput, ", SQLite code \(code)")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: (kind, advice) = (.corrupt, "; restore a backup")
        case .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH: (kind, advice) = (.forbidden, "")
        case .SQLITE_BUSY, .SQLITE_LOCKED: (kind, advice) = (.locked, "")
        default: (kind, advice) = (.inputOutput, "")
        }
        return StoreError(kind, "could not \(wish): \(words)\(advice)", file: file)
    }
}
