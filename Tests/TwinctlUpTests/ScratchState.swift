import Foundation
import twinctl

/// A state directory of a test's own; removed with the value.
struct ScratchState: ~Copyable {
    let paths: UpPaths

    init() throws {
        let name = "dc-twins-up-\(UUID().uuidString)"
        let directory = FileManager.default.temporaryDirectory.appending(path: name)
        paths = UpPaths(directory.path(percentEncoded: false))
        try FileManager.default.createDirectory(
            atPath: paths.logs, withIntermediateDirectories: true)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: paths.directory)
        } catch {
            print("\(paths.directory) stays: \(error)")
        }
    }
}
