/// One server as its rack knows it: its latest status and what correlating it needs.
package struct RackMember: Equatable, Sendable, Codable {
    package let key: TwinKey
    /// The server's shard, to know when nobody hears it.
    package let shard: UInt16
    package var version: Version
    package var status: ServerStatus
    package let joined: Elapsed
    /// When the present condition began.
    package var condition: CorrelationOnset
    /// When the present silence began (missing, then gone); nil while the server is heard.
    package var silence: CorrelationOnset?
    package var outage: RackOutagePart?
    /// Since when the member shows each signature row, ascending by row.
    package var signs: [RackMemberSign] = []
    /// What its digest usually is: follows slowly, and not while the member shows a sign.
    package var reference: Digest
    package var referenceMoved: Elapsed
    /// What the rack takes over for it.
    package var folds: FoldSet
    package var isHeard = true

    /// How often the reference takes one step of one bucket toward the present digest.
    private static let referenceStep = Milliseconds.minutes(30)

    package init(
        key: TwinKey, shard: UInt16, version: Version, status: ServerStatus, folds: FoldSet,
        at now: Elapsed
    ) {
        self.key = key
        self.shard = shard
        self.version = version
        self.status = status
        self.folds = folds
        joined = now
        condition = CorrelationOnset(arrival: now, wall: status.conditionSince)
        silence = status.condition.isSilent ? condition : nil
        reference = status.digest
        referenceMoved = now
    }

    /// Takes a newer status.
    package mutating func take(_ newer: ServerStatus, version newVersion: Version, at now: Elapsed)
    {
        let onset = CorrelationOnset(arrival: now, wall: newer.conditionSince)
        if newer.condition != status.condition || newer.conditionSince != status.conditionSince {
            condition = onset
        }
        if !newer.condition.isSilent {
            if silence != nil { outage?.returned = onset }
            silence = nil
        } else if silence == nil {
            silence = onset
            if outage?.returned != nil { outage = RackOutagePart(silent: onset) }
        }
        status = newer
        version = newVersion
        follow(at: now)
    }

    /// Notes which rows the member shows now; a row that goes on keeps its onset.
    package mutating func note(_ rows: [UInt8], in context: StepContext) {
        signs = rows.map { row in
            signs.first { $0.row == row }
                ?? RackMemberSign(
                    row: row,
                    onset: CorrelationOnset(arrival: context.elapsed, wall: context.wall))
        }
    }

    /// False for what leaves the quorum for reasons of its own: never reported, planned work, or
    /// gone before this outage and explained by no rack incident. `fresh` is how long a silence may
    /// still prove to be shared.
    package func isExpected(at now: Elapsed, fresh: Milliseconds) -> Bool {
        guard !status.isInMaintenance else { return false }
        switch status.condition {
        case .awaiting: return false
        case .healthy, .degraded, .failing, .late, .missing: return true
        case .gone:
            let isShared = outage != nil || !folds.entries.isEmpty
            return isShared || silence.map { now - $0.arrival <= fresh } ?? false
        }
    }

    /// Has reported at least once and is not in planned work.
    package var isInService: Bool { !status.isInMaintenance && status.condition != .awaiting }

    package func onset(of row: UInt8) -> CorrelationOnset? {
        signs.first { $0.row == row }?.onset
    }

    /// Incidents that operators see: open and recovering.
    package var openIncidents: [IncidentBrief] { status.incidents.filter(\.isShown) }

    private mutating func follow(at now: Elapsed) {
        var buckets = reference.buckets
        let mayStep = signs.isEmpty && now - referenceMoved >= RackMember.referenceStep
        for index in buckets.indices {
            let present = status.digest.buckets[index]
            if buckets[index] == 0 {
                buckets[index] = present
            } else if mayStep, present != 0, present != buckets[index] {
                buckets[index] = present > buckets[index] ? buckets[index] + 1 : buckets[index] - 1
            }
        }
        if mayStep { referenceMoved = now }
        reference = Digest(bytes: buckets)
    }
}

/// Since when a member shows one signature row.
package struct RackMemberSign: Equatable, Sendable, Codable {
    package let row: UInt8
    package let onset: CorrelationOnset

    package init(row: UInt8, onset: CorrelationOnset) {
        self.row = row
        self.onset = onset
    }
}
