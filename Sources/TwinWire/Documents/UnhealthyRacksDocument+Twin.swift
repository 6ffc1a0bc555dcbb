package import TwinCore

extension UnhealthyRacksDocument {
    /// One page of the answer to `unhealthy-racks`.
    ///
    /// Unhealthy and unknown racks share the page, `limit` of both together, in key order; the
    /// cursor is the last key of a page that has a successor.
    /// - Parameters:
    ///   - request: the id of the request, which the answer names.
    ///   - after: the `cursor` of the page before.
    package init(
        _ twin: DatacenterTwin, request: UInt64?, limit: Int = Limits.pageItemsMax,
        after: String? = nil, in context: DocumentContext
    ) {
        let isAhead = { (key: TwinKey) in
            after.map { $0.utf8.lexicographicallyPrecedes(key.bytes) } ?? true
        }
        let unhealthy = twin.unhealthyRacks.filter { isAhead($0.key) }
        let unknown = twin.unknownRacks.filter { isAhead($0.key) }
        let keys = (unhealthy.map(\.key) + unknown.map(\.key)).sorted()
        let room = min(max(limit, 1), Limits.pageItemsMax)
        let staleness = StalenessDocument(twin, placement: context.placement)
        let last = keys.count > room ? keys[room - 1] : nil
        let isOnPage = { (key: TwinKey) in last.map { key <= $0 } ?? true }
        self.init(
            request: request.map(UnhealthyRacksDocument.text(ofRequest:)), dc: twin.key.description,
            verdict: twin.verdict, healthy: twin.isHealthy, since: RFC3339(twin.verdictSince),
            asOf: RFC3339(context.asOf), position: context.position.rawValue,
            stale: staleness != nil, staleness: staleness, counts: CountsDocument(twin.counts),
            racks: unhealthy.filter { isOnPage($0.key) }.map { Rack($0) },
            unknownRacks: unknown.filter { isOnPage($0.key) }.map { rack in
                UnknownRack(
                    key: rack.key.description, since: RFC3339(rack.since), reason: rack.reason)
            },
            cursor: last?.description)
    }

    /// A request id as 16 hexadecimal digits: JSON numbers lose the low bits of 64.
    private static func text(ofRequest id: UInt64) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

extension UnhealthyRacksDocument.Rack {
    init(_ rack: DatacenterUnhealthyRack) {
        let brief = rack.brief
        self.init(
            key: rack.key.description, since: RFC3339(rack.since), severity: brief.severity,
            kind: brief.kind.rawValue, summary: brief.summary, cause: brief.cause?.rawValue,
            candidates: brief.candidates.map { CandidateDocument($0) },
            incident: rack.incident.description, serversAffected: brief.serversAffected,
            serversTotal: brief.serversTotal, mutedBy: brief.mutes.map { MuteDocument($0) })
    }
}
