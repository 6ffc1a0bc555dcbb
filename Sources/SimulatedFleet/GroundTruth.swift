package import TwinCore

/// Everything the monitor should find in one simulated run: the content of the truth file.
///
/// Follows the domain's expectations: the tier that explains a fault pages, once; what it explains
/// is folded and therefore not listed here.
package struct GroundTruth: Equatable, Sendable, Codable {
    package static let formatVersion = 1

    package var version = GroundTruth.formatVersion
    package var seed: UInt64
    package var start: Timestamp
    /// By start time.
    package var incidents: [ExpectedIncident]

    /// The truth about a fleet, known before its first report.
    package init(of fleet: Fleet) {
        seed = fleet.options.seed
        start = fleet.options.start
        let expectation = Expectation(topology: fleet.topology, options: fleet.options)
        incidents = fleet.faults.flatMap(expectation.incidents(of:))
            .sorted { $0.start < $1.start }
    }
}
