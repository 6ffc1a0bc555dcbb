internal import Glibc

/// Asks the kernel with `statvfs`, below a root.
package struct MountedSpace: FileSystemSpace {
    private let root: HostRoot

    package init(root: HostRoot) { self.root = root }

    package func space(atMountPoint path: String) -> (total: Double, available: Double)? {
        var answer = statvfs()
        let result = unsafe statvfs(root.path(of: String(path.drop { $0 == "/" })), &answer)
        guard result == 0 else { return nil }
        let unit = Double(answer.f_frsize)
        return (Double(answer.f_blocks) * unit, Double(answer.f_bavail) * unit)
    }
}
