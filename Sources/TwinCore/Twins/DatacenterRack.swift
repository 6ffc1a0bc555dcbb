/// One rack as its data center knows it: its latest status and what correlating it needs.
package struct DatacenterRack: Equatable, Sendable, Codable {
    package let key: TwinKey
    /// The rack's shard, to know when nobody hears it.
    package let shard: UInt16
    package var version: Version
    package var status: RackStatus
    /// When the rack's present mass silence began; nil while it is heard.
    package var silence: CorrelationOnset?
    /// When we first heard of each incident the rack lists, ascending by number.
    package var onsets: [DatacenterIncidentOnset] = []
    /// What the data center takes over for it.
    package var folds: FoldSet
    package var isHeard = true

    package init(
        key: TwinKey, shard: UInt16, version: Version, status: RackStatus, folds: FoldSet,
        at now: Elapsed
    ) {
        self.key = key
        self.shard = shard
        self.version = version
        self.status = status
        self.folds = folds
        noteOnsets(at: now)
    }

    /// Takes a newer status.
    package mutating func take(_ newer: RackStatus, version newVersion: Version, at now: Elapsed) {
        status = newer
        version = newVersion
        noteOnsets(at: now)
    }

    /// May be judged: heard, and not in planned work.
    package var isJudged: Bool { isHeard && !status.isInMaintenance }

    /// False for the many racks that have nothing to tell: the quick look before the close one.
    package var isRestless: Bool { silence != nil || !onsets.isEmpty }

    /// Members whose silence began together.
    package var silentServers: Int { status.reporters.reduce(0) { $0 + $1.silent } }

    /// Members in service: what `silentServers` is a part of.
    package var reportingServers: Int { status.reporters.reduce(0) { $0 + $1.servers } }

    package func onset(of number: UInt32) -> CorrelationOnset? {
        onsets.first { $0.number == number }?.onset
    }

    /// The burning incident of `kind`; nil when there is none.
    package func burning(_ kind: IncidentKind) -> RackIncidentBrief? {
        status.incidents.first {
            $0.kind == kind && ($0.phase == .pending || $0.phase == .open)
        }
    }

    /// Whether enough of the rack's servers carry this topology label to say that the rack does.
    package func carries(_ label: LabelCount) -> Bool {
        status.labels.contains {
            $0.name == label.name && $0.value == label.value
                && $0.servers * DatacenterRack.carrierParts >= status.counts.servers
        }
    }

    /// A rack carries a label from a quarter of its servers on: two feeds, not one typing error.
    private static let carrierParts = 4

    private mutating func noteOnsets(at now: Elapsed) {
        if let since = status.silentSince {
            let isSame =
                silence.map { since - $0.wall <= DatacenterModel.massWindow } ?? false
            if !isSame { silence = CorrelationOnset(arrival: now, wall: since) }
        } else {
            silence = nil
        }
        onsets = status.incidents.map { incident in
            onsets.first { $0.number == incident.number }
                ?? DatacenterIncidentOnset(
                    number: incident.number,
                    onset: CorrelationOnset(arrival: now, wall: incident.since))
        }.sorted { $0.number < $1.number }
    }
}

/// When the data center first heard of one rack incident.
package struct DatacenterIncidentOnset: Equatable, Sendable, Codable {
    package let number: UInt32
    package let onset: CorrelationOnset
}
