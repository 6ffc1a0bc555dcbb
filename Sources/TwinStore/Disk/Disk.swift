/// Where journal files live: one flat directory of files by name.
///
/// The seam between the journal and the machine: `PosixDisk` in production, `MemoryDisk` in tests
/// and in the cluster simulator, which tears, loses and fails what is written. Every call blocks
/// until done and throws a `StoreError` that names the file.
package protocol Disk: Sendable {
    associatedtype File: DiskFile

    /// Makes a new file of `bytes` zero bytes with its space reserved, so that a full disk is
    /// found here and not in the middle of a turn. Throws when the name is taken.
    func create(_ name: String, bytes: UInt64) throws(StoreError) -> File

    /// Opens an existing file; throws `missing` when there is none.
    func open(_ name: String, for access: DiskAccess) throws(StoreError) -> File

    /// Where a file is, for people: what errors about it name.
    func location(of name: String) -> String

    /// The names of all files, ascending.
    func names() throws(StoreError) -> [String]

    /// Gives a file another name, replacing what had it. Durable after `syncDirectory`.
    func rename(_ name: String, to newName: String) throws(StoreError)

    /// Forgets a file. Durable after `syncDirectory`.
    func remove(_ name: String) throws(StoreError)

    /// Makes creations, renames and removals durable.
    func syncDirectory() throws(StoreError)
}

extension Disk {
    package func location(of name: String) -> String { name }
}

/// What an opened file is for.
package enum DiskAccess: Sendable {
    case reading
    case writing
}

/// An open file of a `Disk`; closed when the last reference goes.
///
/// Reads and writes name their offset, so that one file may be used by two threads.
package protocol DiskFile: AnyObject, Sendable {
    /// Size in bytes.
    func size() throws(StoreError) -> UInt64

    /// Replaces the contents of `buffer` by at most `count` bytes at `offset`, fewer only at the
    /// end of the file.
    func read(
        _ count: Int, at offset: UInt64, into buffer: inout [UInt8]
    ) throws(StoreError)

    /// Writes all of `bytes` at `offset`. Visible to every reader at once, durable after `sync`.
    func write(_ bytes: Span<UInt8>, at offset: UInt64) throws(StoreError)

    /// Makes everything written to this file durable. After an error nothing is known about
    /// what was written, and a second call may lie: never call it again.
    func sync() throws(StoreError)
}
