/// How big a mounted file system is: the seam behind which tests put theirs.
package protocol FileSystemSpace: Sendable {
    /// Bytes in all and bytes that an ordinary process may still write; nil if it cannot be asked.
    func space(atMountPoint path: String) -> (total: Double, available: Double)?
}
