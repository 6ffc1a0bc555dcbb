internal import Glibc

/// How many files and connections this process may hold open.
package enum OpenFiles {
    /// Takes what the system allows: sessions begin with 1,024, and every connection is a file.
    /// Returns the limit now in force; nil when the system does not tell.
    @discardableResult
    package static func raiseLimit() -> UInt64? {
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(files, &limit) == 0 else { return nil }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        return unsafe setrlimit(files, &limit) == 0 ? UInt64(limit.rlim_cur) : UInt64(before)
    }
}
