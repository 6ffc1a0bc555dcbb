import Foundation
import Glibc

extension StoreError {
    /// An error from the number a system call left behind.
    ///
    /// `wish` completes "could not …" and names no file; the file follows by itself.
    static func system(
        _ number: Int32, couldNot wish: String, file: String, offset: UInt64? = nil
    ) -> StoreError {
        let kind: Kind =
            switch number {
            case ENOSPC, EDQUOT: .diskFull
            case ENOENT, ENOTDIR: .missing
            case EACCES, EPERM, EROFS: .forbidden
            default: .inputOutput
            }
        let reason = unsafe String(cString: strerror(number))
        let advice =
            kind == .diskFull ? "; free space on this file system and start again" : ""
        return StoreError(
            kind, "could not \(wish): \(reason)\(advice)", file: file, offset: offset)
    }

    /// An error from Foundation, kept in its own words.
    static func foundation(
        _ error: any Error, couldNot wish: String, file: String
    ) -> StoreError {
        let kind: Kind =
            switch (error as? CocoaError)?.code {
            case .fileWriteOutOfSpace: .diskFull
            case .fileNoSuchFile, .fileReadNoSuchFile: .missing
            case .fileReadNoPermission, .fileWriteNoPermission: .forbidden
            default: .inputOutput
            }
        return StoreError(kind, "could not \(wish): \(error.localizedDescription)", file: file)
    }
}
