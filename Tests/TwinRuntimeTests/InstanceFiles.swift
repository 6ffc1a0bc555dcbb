import Foundation
import Testing
import TwinCore
import TwinStore

/// A directory of row files for one test, gone with the value.
final class InstanceFiles {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/instance-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            Issue.record("could not remove \(path): \(error)")
        }
    }

    func rows(_ tier: Tier, _ name: String = "rows") throws -> RowStore {
        try RowStore(path: "\(path)/\(tier.name)-\(name)", tier: tier, cluster: nil)
    }
}
