internal import Glibc

/// The tree of kernel files that a sampler reads: `/` on a real host, a folder in tests.
///
/// Below it stand `proc` and `sys`. Whatever cannot be read is absent: a kernel without PSI, a
/// machine without sensors and a file for root only are the same to us.
package struct HostRoot: Sendable {
    /// Far more than `proc/stat` of the biggest host; what is longer is cut there.
    private static let fileBytesMax = 4 << 20
    private static let chunkBytes = 16 << 10

    /// Ends with `/`.
    private let prefix: String

    package init(path: String = "/") {
        prefix = path.hasSuffix("/") ? path : path + "/"
    }

    /// Where `relative` is on this machine.
    func path(of relative: String) -> String { prefix + relative }

    /// The text of a file, nil if it cannot be read.
    func text(of relative: String) -> String? {
        let descriptor = unsafe Glibc.open(path(of: relative), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { _ = Glibc.close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
        while bytes.count < Self.fileBytesMax {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes.append(contentsOf: chunk[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names in a directory in ascending order, none if it cannot be read.
    func entries(of relative: String) -> [String] {
        guard let directory = unsafe Glibc.opendir(path(of: relative)) else { return [] }
        defer { _ = unsafe Glibc.closedir(directory) }
        var names: [String] = []
        while let entry = unsafe Glibc.readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
                    unsafe String(cString: $0)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Whether something of that name is there.
    func contains(_ relative: String) -> Bool {
        unsafe Glibc.access(path(of: relative), F_OK) == 0
    }
}
