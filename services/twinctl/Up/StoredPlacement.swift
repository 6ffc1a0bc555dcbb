import Foundation
import TwinClient

/// How many shards each instance owns, as the file of a broker that does not run says.
struct StoredPlacement: Equatable {
    private(set) var shardCounts: [String: Int] = [:]

    /// Reads the broker's file; nil where there is none.
    init?(_ paths: UpPaths) throws(UpError) {
        let path = paths.state(of: "broker") + "/placement.json"
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            let data = try Data(contentsOf: URL(filePath: path))
            let file = try JSONDecoder().decode(File.self, from: data)
            for run in file.record.placement.owners {
                shardCounts[run.instance, default: 0] += run.last - run.first + 1
            }
        } catch {
            throw UpError(.internal, "\(path) cannot be read: \(error)")
        }
    }

    // The parts of the file that matter here.
    private struct File: Decodable {
        struct Record: Decodable {
            let placement: Placement
        }

        struct Placement: Decodable {
            let owners: [Run]
        }

        struct Run: Decodable {
            let instance: String
            let first: Int
            let last: Int
        }

        let record: Record
    }
}
