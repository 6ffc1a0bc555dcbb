internal import Glibc

/// What `status` shows of a process and its disk.
enum ProcessMeasures {
    /// Resident memory by `/proc/self/statm`; 0 where that cannot be read.
    static var residentBytes: UInt64 {
        guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
        defer { _ = unsafe fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        guard unsafe fgets(&text, Int32(text.count), file) != nil else { return 0 }
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let fields = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        let pages = fields.count > 1 ? UInt64(fields[1]) ?? 0 : 0
        return pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Bytes that an ordinary user may still write below `path`; 0 where that cannot be asked.
    static func diskFreeBytes(at path: String) -> UInt64 {
        var space = statvfs()
        guard unsafe statvfs(path, &space) == 0 else { return 0 }
        return UInt64(space.f_bavail) * UInt64(space.f_frsize)
    }
}
