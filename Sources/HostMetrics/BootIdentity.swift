/// Which boot of the host this is. A reporter keeps it to tell, after its own restart, whether the
/// host has booted since its last report.
package struct BootIdentity: Sendable, Equatable, Codable {
    private static let idFile = "proc/sys/kernel/random/boot_id"
    private static let statFile = "proc/stat"
    /// The kernel recomputes the boot time when the wall clock is set, so that seconds may differ.
    private static let bootTimeToleranceSeconds: Int64 = 5

    /// The kernel's random id of this boot; nil before Linux 2.6 or in a bare fixture.
    package var id: String?
    /// Seconds since 1970, nil if unreadable.
    package var bootSeconds: Int64?

    package init(id: String?, bootSeconds: Int64?) {
        self.id = id
        self.bootSeconds = bootSeconds
    }

    init(of root: HostRoot, problems: inout HostProblems) {
        id = root.text(of: Self.idFile).map { String($0.trimmed) }
        let line = root.text(of: Self.statFile)?.lines.first { $0.hasPrefix("btime ") }
        guard let line else { return }
        bootSeconds = line.fields.last.flatMap { Int64($0) }
        if bootSeconds == nil {
            problems.note(Self.statFile, wanted: "btime and seconds since 1970", found: line)
        }
    }

    /// Whether this is another boot than `earlier`. Ids decide where both have one: a stepped wall
    /// clock moves the boot time without a reboot.
    package func isReboot(since earlier: BootIdentity) -> Bool {
        if let id, let earlierID = earlier.id { return id != earlierID }
        guard let bootSeconds, let before = earlier.bootSeconds else { return false }
        return abs(bootSeconds - before) > Self.bootTimeToleranceSeconds
    }
}
