import HostMetrics
import TwinCore

/// A server's files in a temporary folder and a sampler that reads them.
struct FixtureHost {
    static let wallAtStart: Int64 = 1_700_086_400_000
    private static let minuteMilliseconds: Int64 = 60_000

    let tree: FixtureTree
    var sampler: HostSampler

    init(space: (any FileSystemSpace)? = FixedSpace()) throws {
        tree = try FixtureTree()
        sampler = HostSampler(root: HostRoot(path: tree.path), fileSystems: space)
    }

    var root: HostRoot { HostRoot(path: tree.path) }

    /// Writes the server as it is and reads it at its minute.
    mutating func sample(_ server: BigServer) throws -> HostSample {
        try tree.show(server)
        let milliseconds = Int64(server.minute) * Self.minuteMilliseconds
        return sampler.sample(
            at: Timestamp(milliseconds: Self.wallAtStart + milliseconds),
            monotonicMilliseconds: milliseconds)
    }

    /// The second of two samples, a minute apart: the first in which rates exist.
    mutating func secondSample(_ server: BigServer = BigServer()) throws -> HostSample {
        _ = try sample(server)
        var later = server
        later.minute += 1
        return try sample(later)
    }
}
