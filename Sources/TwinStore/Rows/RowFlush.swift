import Glibc

/// Brings to the disk what SQLite has written, a little at a time.
///
/// A sync of hundreds of scattered pages holds the disk for tens of milliseconds, and with it the
/// turn whose record is to be synced. So the pages are written out in steps of a few milliseconds,
/// between the commits; the sync after them finds little left. Both files stay open as long as the
/// rows: closing one of a database's descriptors gives up all its locks.
package final class RowFlush: Sendable {
    private let database: PosixFile
    private let log: PosixFile
    private let courtesy: DiskCourtesy

    /// Pages that a step writes out: about a millisecond or two of a virtual disk.
    package static let pagesPerStep = 48
    private static let pageBytes: UInt64 = 4_096

    /// Opens the files of the rows at `path`, which are there.
    init(path: String, courtesy: DiskCourtesy) throws(StoreError) {
        database = try PosixFile(path: path, flags: O_RDONLY)
        log = try PosixFile(path: path + "-wal", flags: O_RDONLY)
        self.courtesy = courtesy
    }

    /// Writes out the write-ahead log, whose pages lie one behind the other.
    func writeOutLog() throws(StoreError) {
        try writeOut(log, step: UInt64(Self.pagesPerStep) * Self.pageBytes)
    }

    /// Makes the database durable after `pages` scattered pages of it were written.
    func syncDatabase(pages: Int) throws(StoreError) {
        try writeOut(
            database, step: Self.step(pages: pages, fileBytes: try database.size()))
        courtesy.waitForCommits()
        try database.sync()
    }

    /// How many bytes of a file hold some `pagesPerStep` of so many pages, if these lie evenly.
    package static func step(pages: Int, fileBytes: UInt64) -> UInt64 {
        let steps = UInt64(max(1, (pages + pagesPerStep - 1) / pagesPerStep))
        let least = UInt64(pagesPerStep) * pageBytes
        return max(least, (fileBytes / steps + pageBytes - 1) / pageBytes * pageBytes)
    }

    private func writeOut(_ file: PosixFile, step: UInt64) throws(StoreError) {
        let size = try file.size()
        var offset: UInt64 = 0
        while offset < size {
            courtesy.waitForCommits()
            try file.writeOut(step, from: offset)
            offset += step
        }
    }
}
