import Glibc

/// Why nothing more could be written although the device is sound: what makes room helps.
package enum SpaceShortage: Equatable {
    case fileSystemFull
    case noFilesLeft
    case quotaUsedUp
    /// The process may not make a file longer than this (`ulimit -f`); nil when nobody knows.
    case fileSizeLimit(bytes: UInt64?)

    /// What the number that a system call left says; nil when it is no shortage.
    package init?(number: Int32) {
        switch number {
        case ENOSPC: self = .fileSystemFull
        case EDQUOT: self = .quotaUsedUp
        case EFBIG: self = .fileSizeLimit(bytes: SpaceReading.fileSizeLimit)
        default: return nil
        }
    }

    /// Completes "could not …: ".
    package var reason: String {
        switch self {
        case .fileSystemFull: "no space left on this file system"
        case .noFilesLeft: "no inodes left on this file system"
        case .quotaUsedUp: "the disk quota is used up"
        case .fileSizeLimit(nil): "file size limit reached"
        case .fileSizeLimit(let bytes?):
            "file size limit reached: this process may write files of \(bytes) bytes at most"
        }
    }

    /// What a person does next.
    package var advice: String {
        switch self {
        case .fileSystemFull: "free space on this file system and start again"
        case .noFilesLeft: "remove files on this file system and start again"
        case .quotaUsedUp: "free space or raise the quota, and start again"
        case .fileSizeLimit: "raise the limit (ulimit -f) and start again"
        }
    }
}

/// What a file has around it: looked at after a failure whose own words do not tell its cause.
package struct SpaceReading: Equatable {
    /// Bytes and files that this process may still use up; nil when nobody knows.
    package var freeBytes: UInt64?
    package var freeFiles: UInt64?
    /// Nil = none.
    package var fileSizeLimit: UInt64?
    /// Length of the longest of the files that may have been written.
    package var longestFileBytes: UInt64 = 0

    package init(
        freeBytes: UInt64? = nil, freeFiles: UInt64? = nil, fileSizeLimit: UInt64? = nil,
        longestFileBytes: UInt64 = 0
    ) {
        self.freeBytes = freeBytes
        self.freeFiles = freeFiles
        self.fileSizeLimit = fileSizeLimit
        self.longestFileBytes = longestFileBytes
    }

    /// The shortage that explains a failed write; nil when there is room enough.
    package var shortage: SpaceShortage? {
        if let freeBytes, freeBytes < StoreLimits.databaseGrowthBytes { return .fileSystemFull }
        if let freeFiles, freeFiles == 0 { return .noFilesLeft }
        if let fileSizeLimit, longestFileBytes + StoreLimits.databaseGrowthBytes > fileSizeLimit {
            return .fileSizeLimit(bytes: fileSizeLimit)
        }
        return nil
    }
}

extension SpaceReading {
    /// Looks now at `file` and at those that SQLite keeps beside it.
    package init(around file: String) {
        self.init(fileSizeLimit: Self.fileSizeLimit)
        var space = statvfs()
        if unsafe statvfs(file, &space) == 0 {
            freeBytes = UInt64(space.f_bavail) * UInt64(space.f_frsize)
            // Some file systems count no files.
            if space.f_files > 0 { freeFiles = UInt64(space.f_favail) }
        }
        for suffix in ["", "-wal", "-shm", "-journal"] {
            var status = stat()
            guard unsafe stat(file + suffix, &status) == 0 else { continue }
            longestFileBytes = max(longestFileBytes, UInt64(max(status.st_size, 0)))
        }
    }

    /// Bytes that a file of this process may have; nil = any number.
    package static var fileSizeLimit: UInt64? {
        var limit = rlimit()
        let result = unsafe getrlimit(.init(RLIMIT_FSIZE.rawValue), &limit)
        return result == 0 && limit.rlim_cur != rlim_t.max ? UInt64(limit.rlim_cur) : nil
    }
}
