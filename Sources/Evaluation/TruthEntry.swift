package import TwinCore

/// One incident that should be found: a line of a simulated run's truth file.
///
/// Reads the JSON that `GroundTruth` of the simulated fleet writes; further keys are ignored.
package struct TruthEntry: Equatable, Sendable, Codable {
    package enum Paging: String, Sendable, Codable {
        case pages, quiet, either

        /// True when an alert that paged, or did not, is what was wanted.
        func accepts(pages: Bool) -> Bool {
            switch self {
            case .pages: pages
            case .quiet: !pages
            case .either: true
            }
        }
    }

    /// What was broken, for people.
    package var fault: String
    package var address: TwinAddress
    /// Kinds that describe it rightly.
    package var kinds: [IncidentKind]
    /// Causes that are right in the end; empty = none is expected.
    package var causes: [IncidentCause]
    package var start: Timestamp
    package var end: Timestamp
    package var paging: Paging
    /// False: finding it is right, not finding it is no miss.
    package var isRequired: Bool

    package init(
        fault: String, address: TwinAddress, kinds: [IncidentKind], causes: [IncidentCause] = [],
        start: Timestamp, end: Timestamp, paging: Paging = .pages, isRequired: Bool = true
    ) {
        self.fault = fault
        self.address = address
        self.kinds = kinds
        self.causes = causes
        self.start = start
        self.end = end
        self.paging = paging
        self.isRequired = isRequired
    }
}

/// The truth file as far as scoring needs it.
package struct TruthFile: Equatable, Sendable, Codable {
    package var incidents: [TruthEntry]

    package init(incidents: [TruthEntry]) { self.incidents = incidents }
}
