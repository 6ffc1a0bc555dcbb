/// The fullest file system and whether one is read-only, from `proc/1/mounts` and `statvfs`.
///
/// Pseudo and memory file systems and images are left out as node_exporter does by default,
/// overlays too (they show the disk below), and network file systems: a dead server would block us,
/// and its own twin tells. A device mounted several times is read-only only if all its mounts are.
struct FileSystemCollector: HostCollector {
    private static let files = ["proc/1/mounts", "proc/mounts"]
    private static let excludedTypes: Set<Substring> = [
        "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts",
        "devtmpfs", "efivarfs", "erofs", "fusectl", "hugetlbfs", "iso9660", "mqueue", "nsfs",
        "overlay", "proc", "procfs", "pstore", "ramfs", "rootfs", "rpc_pipefs", "securityfs",
        "selinuxfs", "squashfs", "sysfs", "tmpfs", "tracefs", "udf",
    ]
    private static let networkTypes: Set<Substring> = [
        "9p", "afs", "beegfs", "ceph", "cifs", "gfs2", "gpfs", "lustre", "nfs", "nfs4", "ocfs2",
        "smb3", "virtiofs",
    ]
    private static let excludedFolders = [
        "/dev", "/proc", "/run", "/sys", "/var/lib/docker", "/var/lib/containers/storage",
    ]

    private struct Mount {
        var device: Substring
        var point: String
        var readonly: Bool
    }

    private let space: any FileSystemSpace

    init(space: any FileSystemSpace) { self.space = space }

    func collect(into scrape: inout Scrape) {
        let mounts = mounts(in: &scrape)
        guard !mounts.isEmpty else { return }
        var fullest = Worst(.highest)
        var readonly = Worst(.highest, harmless: 0)
        let writable = Set(mounts.filter { !$0.readonly }.map(\.device))
        for mount in mounts {
            readonly.consider(writable.contains(mount.device) ? 0 : 1, of: mount.point)
            guard let (total, available) = space.space(atMountPoint: mount.point), total > 0 else {
                continue
            }
            fullest.consider(1 - available / total, of: mount.point)
        }
        scrape.set(.fileSystemUtilization, to: fullest)
        scrape.set(.fileSystemReadonly, to: readonly)
    }

    private func mounts(in scrape: inout Scrape) -> [Mount] {
        for file in Self.files {
            guard let text = scrape.root.text(of: file) else { continue }
            return text.lines.compactMap { mount(line: $0, of: file, &scrape.problems) }
        }
        return []
    }

    private func mount(
        line: Substring, of file: String, _ problems: inout HostProblems
    ) -> Mount? {
        let fields = line.fields
        guard fields.count >= 4 else {
            problems.note(file, wanted: "device, mount point, type, options", found: line)
            return nil
        }
        let type = fields[2]
        let point = Self.unescaped(fields[1])
        if Self.excludedTypes.contains(type) || Self.networkTypes.contains(type) { return nil }
        if type.hasPrefix("fuse.") || fields[0].hasPrefix("/dev/loop") { return nil }
        let excluded = Self.excludedFolders.contains { point == $0 || point.hasPrefix($0 + "/") }
        if excluded { return nil }
        let readonly = fields[3].split(separator: ",").contains("ro")
        return Mount(device: fields[0], point: point, readonly: readonly)
    }

    /// The kernel writes blanks, tabs, newlines and backslashes of a path as `\040` and so on.
    static func unescaped(_ field: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = field.utf8[...]
        while let first = rest.popFirst() {
            let digits = rest.prefix(3)
            if first == UInt8(ascii: "\\"), digits.count == 3,
                let code = UInt8(String(decoding: digits, as: UTF8.self), radix: 8)
            {
                bytes.append(code)
                rest = rest.dropFirst(3)
            } else {
                bytes.append(first)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
