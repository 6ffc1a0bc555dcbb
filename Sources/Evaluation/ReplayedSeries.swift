package import TwinCore

/// What the production server twin said about one recorded series.
package struct ReplayedSeries: Equatable, Sendable {
    package let rowCount: Int
    /// Rows that were judged: newer than all before them.
    package let judgedRows: Int
    /// Rows that were not: out of order, twice the same time, or too far from the others.
    package let skippedRows: Int
    /// In the order of opening.
    package let incidents: [ReplayedIncident]
    /// For each row the incidents that burned after it: a score for comparisons.
    package let burning: [Double]
    /// Every alert record, in order.
    package let alerts: [AlertDraft]

    package init(
        rowCount: Int, judgedRows: Int, skippedRows: Int, incidents: [ReplayedIncident],
        burning: [Double], alerts: [AlertDraft]
    ) {
        self.rowCount = rowCount
        self.judgedRows = judgedRows
        self.skippedRows = skippedRows
        self.incidents = incidents
        self.burning = burning
        self.alerts = alerts
    }

    /// The rows at which an operator heard of something wrong with the values: openings and
    /// reopenings of all incidents but those about the reporting itself, which no label marks.
    package var openedAtRows: [Int] {
        incidents.filter { !$0.isAboutReporting }.flatMap(\.openedAtRows).sorted()
    }
}

/// One incident of a replay, by rows of the series.
package struct ReplayedIncident: Equatable, Sendable {
    package let number: UInt32
    package let kind: IncidentKind
    /// The metric or device, when one kind can be wrong in several places.
    package let subject: String?
    /// The rows at or just before which it opened and came back; empty when it opened in a series
    /// that was played earlier and only changed in this one.
    package internal(set) var openedAtRows: [Int]
    /// nil: still open at the end.
    package internal(set) var resolvedAtRow: Int?
    package internal(set) var severity: Severity
    package internal(set) var pages: Int
    /// The sentence of its latest record.
    package internal(set) var summary: String

    init(_ incident: Incident) {
        number = incident.number
        kind = incident.kind
        subject = incident.subject
        openedAtRows = []
        severity = incident.severity
        pages = 0
        summary = incident.summary
    }

    var isAboutReporting: Bool {
        switch kind {
        case .missingReport, .neverReported, .clockSkew, .notWatched: true
        case .clockOffset, .cpuHigh, .iowaitHigh, .memoryHigh, .outOfMemory, .filesystemFull,
            .filesystemFilling, .filesystemReadonly, .packetDrops, .networkErrors, .retransmits,
            .linkDown, .memoryErrorsCorrected, .memoryErrorsUncorrected, .temperature,
            .powerSupply, .voltage, .throttling, .deviation, .rackUnreachable,
            .rackNetworkDegraded, .rackPowerDegraded, .rackCooling, .rackCommonCause,
            .observationLost, .sharedOutage, .sharedDegradation, .collectorFault,
            .unknownCommonCause:
            false
        }
    }
}
