import Foundation
package import TwinCore

/// Who an instance is, across restarts: the contents of `instance.json`.
///
/// Which shards it owns at which epoch is not here but in its journal and rows.
package struct InstanceIdentity: Codable, Equatable, Sendable {
    /// The format this release reads and writes.
    package static let currentFormat = 1

    package let format: Int
    /// Nil until the instance has joined a cluster.
    package var cluster: String?
    package let tier: Tier
    /// Drawn at the first start and kept.
    package let name: String
    /// The last start number that the broker confirmed; 0 before the first.
    package var startNumber: UInt64
    /// Set by a restore, until the broker has given new epochs.
    package var restored: Bool

    package init(tier: Tier, name: String) {
        format = Self.currentFormat
        cluster = nil
        self.tier = tier
        self.name = name
        startNumber = 0
        restored = false
    }

    private struct Probe: Decodable {
        let format: Int
    }

    /// Reads the text of `file`. Throws `corrupt`, or `newerSchema` for a later format.
    init(json bytes: [UInt8], file: String) throws(StoreError) {
        let decoder = JSONDecoder()
        do {
            let found = try decoder.decode(Probe.self, from: Data(bytes)).format
            guard found <= Self.currentFormat else {
                throw StoreError(
                    .newerSchema,
                    "this release reads instance format \(Self.currentFormat), found format "
                        + "\(found): start the newer release again", file: file)
            }
            self = try decoder.decode(Self.self, from: Data(bytes))
        } catch let error as StoreError {
            throw error
        } catch {
            throw StoreError(
                .corrupt, "the instance's identity is damaged: \(error); restore a backup",
                file: file)
        }
    }

    func json(file: String) throws(StoreError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        do {
            return [UInt8](try encoder.encode(self)) + Array("\n".utf8)
        } catch {
            throw .foundation(error, couldNot: "write the identity", file: file)
        }
    }
}
