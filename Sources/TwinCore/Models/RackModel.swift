/// What turns many members alike into one rack incident; a value, replaceable per deployment.
///
/// Pure: the same picture gives the same opinions. The twin owns the life of the incidents.
package protocol RackModel: Sendable {
    /// The rows that a member's status shows, as indices of `rowCount` rows, ascending.
    func signs(of status: ServerStatus, reference: Digest) -> [UInt8]
    /// What is wrong with the rack now, and what of the active incidents is over. An active
    /// incident that no opinion names stays as it is.
    func opinions(on picture: RackPicture) -> [RackOpinion]
}

/// All that a model may look at.
package struct RackPicture: Sendable {
    package var key: TwinKey
    package var members: [RackMember]
    /// Members that vote: expected, heard and joined long enough ago. Ascending indices.
    package var judged: [Int]
    /// Members that would vote if they were heard: `judged` and those in blind shards.
    package var expected: [Int]
    /// The usual interval of the members' reports.
    package var interval: Milliseconds
    package var now: Elapsed
    package var wall: Timestamp
    /// Rack incidents pending, open or recovering.
    package var active: [Incident]
    package var outage: RackOutage?
    /// True shortly after an outage: what its end shook up is no new trouble.
    package var isSettling: Bool

    package init(
        key: TwinKey, members: [RackMember], judged: [Int], expected: [Int],
        interval: Milliseconds, now: Elapsed, wall: Timestamp, active: [Incident],
        outage: RackOutage?, isSettling: Bool
    ) {
        self.key = key
        self.members = members
        self.judged = judged
        self.expected = expected
        self.interval = interval
        self.now = now
        self.wall = wall
        self.active = active
        self.outage = outage
        self.isSettling = isSettling
    }

    package func incident(_ kind: IncidentKind, _ subject: String?) -> Incident? {
        active.first { $0.kind == kind && $0.subject == subject }
    }
}

/// What a model thinks of one possible rack incident.
package struct RackOpinion: Equatable, Sendable {
    package enum State: Equatable, Sendable {
        /// It is bad now.
        case bad
        /// It is good again; the finding carries the last word on cause and sentence.
        case over
        /// It never was: another opinion replaces the pending incident.
        case replaced
    }

    package var state: State
    package var finding: Finding
    /// Members it explains, ascending indices.
    package var affected: [Int]
    /// Which of their incidents it explains.
    package var folds: [IncidentKind]
    /// The outage after this opinion; only for the opinion on silence.
    package var outage: RackOutage?

    package init(
        state: State, finding: Finding, affected: [Int] = [], folds: [IncidentKind] = [],
        outage: RackOutage? = nil
    ) {
        self.state = state
        self.finding = finding
        self.affected = affected
        self.folds = folds
        self.outage = outage
    }
}
