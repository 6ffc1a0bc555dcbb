package import TwinCore

/// One incident that the monitor should find, known because we broke it: a line of the truth file.
package struct ExpectedIncident: Equatable, Sendable, Codable {
    /// What the operator should hear of it.
    package enum Paging: String, Sendable, Codable {
        case pages, quiet
        /// Both are right.
        case either
    }

    /// The fault behind it, for people: `tor at rack/dc1-r07`.
    package var fault: String
    /// The twin that should own the incident.
    package var address: TwinAddress
    /// Kinds that describe it rightly.
    package var kinds: [IncidentKind]
    /// Causes that are right in the end; empty = none is expected.
    package var causes: [IncidentCause]
    /// By the wall clock: when the condition begins and when it is over, recovery included.
    package var start: Timestamp
    package var end: Timestamp
    package var paging: Paging
    /// False for by-products and for what may be too short or too mild to see: finding it is
    /// right, not finding it is no miss.
    package var isRequired: Bool

    package init(
        fault: String, address: TwinAddress, kinds: [IncidentKind], causes: [IncidentCause],
        start: Timestamp, end: Timestamp, paging: Paging, isRequired: Bool
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
