package import TwinCore

extension RackDocument {
    /// The answer to `get rack`. Cost: one pass over the members a digest measure.
    package init(_ twin: RackTwin, in context: DocumentContext) {
        let maintenance = twin.book.activeMaintenance
        self.init(
            address: twin.book.address.description, status: twin.statusWord,
            since: RFC3339(twin.verdictSince), asOf: RFC3339(context.asOf),
            position: context.position.rawValue,
            maintenance: maintenance.map { MaintenanceDocument($0) },
            location: LocationDocument(twin.book.location),
            labels: RackDocument.labels(twin.status?.labels ?? []), owner: context.owner,
            verdict: twin.verdict, unknownReason: twin.unknownReason,
            counts: Counts(twin.status?.counts ?? RackCounts()),
            members: twin.members.map { Member($0) },
            histogram: Dictionary(
                uniqueKeysWithValues: twin.histogram.map { ($0.kind.rawValue, $0.servers) }),
            digest: Dictionary(
                uniqueKeysWithValues: twin.digest.map { ($0.measure.metric, Measure($0)) }),
            incidents: twin.book.documents)
    }

    private static func labels(_ counts: [LabelCount]) -> [String: [String: Int]] {
        counts.reduce(into: [:]) { labels, count in
            labels[count.name, default: [:]][count.value] = count.servers
        }
    }
}

extension RackDocument.Member {
    init(_ member: RackMember) {
        self.init(
            key: member.key.description, status: member.status.condition.name,
            since: RFC3339(member.status.conditionSince),
            incidents: member.openIncidents.map(\.kind.rawValue))
    }
}

extension RackDocument.Measure {
    init(_ measure: RackDigestMeasure) {
        self.init(
            median: measure.median, p90: measure.p90, max: measure.max,
            shareAboveHalfLimit: measure.shareAboveHalfLimit)
    }
}
