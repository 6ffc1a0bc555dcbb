import Foundation
import Glibc

extension StoreError {
    /// An error from the number a system call left behind.
    ///
    /// `wish` completes "could not …" and names no file; the file follows by itself.
    package static func system(
        _ number: Int32, couldNot wish: String, file: String, offset: UInt64? = nil
    ) -> StoreError {
        if let shortage = SpaceShortage(number: number) {
            return .shortage(shortage, couldNot: wish, file: file, offset: offset)
        }
        let kind: Kind =
            switch number {
            case ENOENT, ENOTDIR: .missing
            case EACCES, EPERM, EROFS: .forbidden
            default: .inputOutput
            }
        let reason = unsafe String(cString: strerror(number))
        return StoreError(kind, "could not \(wish): \(reason)", file: file, offset: offset)
    }

    /// An error for want of room; `words` are those of a library, if there are any.
    static func shortage(
        _ shortage: SpaceShortage, couldNot wish: String, file: String, offset: UInt64? = nil,
        words: String? = nil
    ) -> StoreError {
        let said = words.map { " (\($0))" } ?? ""
        return StoreError(
            .diskFull, "could not \(wish): \(shortage.reason)\(said); \(shortage.advice)",
            file: file, offset: offset)
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
