/// An open file of a `MemoryDisk`.
package final class MemoryFile: DiskFile {
    private let disk: MemoryDisk
    private let name: String
    private let inode: Int

    init(disk: MemoryDisk, name: String, inode: Int) {
        self.disk = disk
        self.name = name
        self.inode = inode
    }

    package func size() -> UInt64 { UInt64(disk.size(of: inode)) }

    package func read(_ count: Int, at offset: UInt64, into buffer: inout [UInt8]) {
        buffer = disk.read(count, of: inode, at: Int(offset))
    }

    package func write(_ bytes: Span<UInt8>, at offset: UInt64) throws(StoreError) {
        let copy = unsafe bytes.withUnsafeBufferPointer { unsafe [UInt8]($0) }
        try disk.write(copy, to: inode, at: Int(offset), name: name)
    }

    package func sync() throws(StoreError) {
        try disk.sync(inode, name: name)
    }
}
