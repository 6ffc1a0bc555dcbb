/// One silence of many members of a rack, from its start to the resolution of its incident.
package struct RackOutage: Equatable, Sendable, Codable {
    /// The earliest onset of its members.
    package var onset: CorrelationOnset
    /// The latest moment to wait for further returns before the outage counts as over; nil while
    /// too many members are silent.
    package var leaveAt: Elapsed?

    package init(onset: CorrelationOnset) { self.onset = onset }
}

/// One member's part in its rack's outage; kept after its return, because the return is evidence.
package struct RackOutagePart: Equatable, Sendable, Codable {
    package var silent: CorrelationOnset
    /// When it was heard again; nil while it is silent.
    package var returned: CorrelationOnset?

    package init(silent: CorrelationOnset) { self.silent = silent }
}
