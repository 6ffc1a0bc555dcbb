import GRDB
import Glibc
import Testing
import TwinCore
import TwinStore

/// What the operator is told when nothing more can be written.
@Suite("Space shortage")
struct SpaceShortageTests {
    private static let roomy = SpaceReading(
        freeBytes: 1 << 30, freeFiles: 1_000, fileSizeLimit: 1 << 30, longestFileBytes: 8_192)

    private func error(_ code: ResultCode, _ space: SpaceReading) -> StoreError {
        .database(
            code: code.rawValue, message: "disk I/O error", couldNot: "save the rows",
            file: "/state/rows.sqlite"
        ) { space }
    }

    @Test(
        "SQLite's \"disk I/O error\" for want of room says what is used up and what to do",
        arguments: [
            (
                SpaceReading(freeBytes: 4_096),
                "no space left on this file system (disk I/O error); "
                    + "free space on this file system and start again"
            ),
            (
                SpaceReading(freeBytes: 1 << 30, freeFiles: 0),
                "no inodes left on this file system (disk I/O error); "
                    + "remove files on this file system and start again"
            ),
            (
                SpaceReading(
                    freeBytes: 1 << 30, freeFiles: 9, fileSizeLimit: 4_096,
                    longestFileBytes: 90_112),
                "file size limit reached: this process may write files of 4096 bytes at most "
                    + "(disk I/O error); raise the limit (ulimit -f) and start again"
            ),
        ])
    func room(space: SpaceReading, words: String) {
        for code in [ResultCode.SQLITE_IOERR_WRITE, .SQLITE_IOERR_SHMSIZE, .SQLITE_FULL] {
            let error = error(code, space)
            #expect(error.kind == .diskFull)
            #expect(error.sentence == "could not save the rows: " + words)
            #expect(error.file == "/state/rows.sqlite")
        }
    }

    @Test("A device that fails with room enough is not called full")
    func device() {
        let error = error(.SQLITE_IOERR_FSYNC, Self.roomy)
        #expect(error.kind == .inputOutput)
        #expect(error.sentence == "could not save the rows: disk I/O error, SQLite code 1034")
    }

    @Test("A full database is called full, whatever the file system says afterwards")
    func full() {
        let error = error(.SQLITE_FULL, Self.roomy)
        #expect(error.kind == .diskFull)
        #expect(error.sentence.contains("no space left on this file system"))
    }

    @Test("The numbers of system calls are told apart")
    func numbers() {
        #expect(SpaceShortage(number: ENOSPC) == .fileSystemFull)
        #expect(SpaceShortage(number: EDQUOT) == .quotaUsedUp)
        #expect(SpaceShortage(number: EIO) == nil)
        let long = StoreError.system(EFBIG, couldNot: "write 8 bytes", file: "/state/f")
        #expect(long.kind == .diskFull)
        #expect(long.sentence.hasPrefix("could not write 8 bytes: file size limit reached"))
    }

    @Test("The reading of a real file knows its length and its file system's room")
    func reading() throws {
        let scratch = try ScratchDirectory()
        let rows = try RowStore(path: scratch.file("rows.sqlite"), tier: .server, cluster: nil)
        let reading = SpaceReading(around: scratch.file("rows.sqlite"))
        #expect(reading.longestFileBytes >= 4_096)
        #expect(reading.freeBytes ?? 0 > 0)
        try rows.close()
        #expect(SpaceReading(around: scratch.file("none")).longestFileBytes == 0)
    }
}
