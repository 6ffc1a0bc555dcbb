package import TwinCore

extension DatacenterDocument {
    /// The answer to `get dc`.
    package init(_ twin: DatacenterTwin, in context: DocumentContext) {
        let maintenance = twin.book.activeMaintenance
        self.init(
            address: twin.book.address.description, status: twin.statusWord,
            since: RFC3339(twin.verdictSince), asOf: RFC3339(context.asOf),
            position: context.position.rawValue,
            maintenance: maintenance.map { MaintenanceDocument($0) }, owner: context.owner,
            verdict: twin.verdict, healthy: twin.isHealthy,
            staleness: StalenessDocument(twin, placement: context.placement),
            counts: CountsDocument(twin.counts),
            racks: twin.racks.map { rack in
                Rack(
                    key: rack.key.description, verdict: rack.effectiveVerdict,
                    since: RFC3339(rack.status.verdictSince))
            },
            incidents: twin.book.documents)
    }
}

extension CountsDocument {
    package init(_ counts: DatacenterCounts) {
        self.init(
            racks: counts.racks, unhealthy: counts.unhealthy, unknown: counts.unknown,
            maintenance: counts.maintenance, servers: counts.servers, missing: counts.missing)
    }
}

extension StatusDocument.Datacenter {
    /// One data center as its own twin sees it, for `status`.
    package init(_ twin: DatacenterTwin) {
        self.init(
            key: twin.key.description, verdict: twin.verdict, healthy: twin.isHealthy,
            since: RFC3339(twin.verdictSince), counts: CountsDocument(twin.counts))
    }
}
