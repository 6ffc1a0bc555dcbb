internal import Msgpack
internal import TwinCore
internal import TwinWire

/// Pages over what one instance holds, in key order; the cursor is the last key of the page.
extension InstanceCore {
    mutating func listTwins(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let filter = try Payload.unpack(ListRequest.self, from: payload, of: .listTwins)
        let limit = pageLimit(filter, Limits.pageItemsMax)
        var items: [ListDocument.Item] = []
        var cursor: String?
        for twin in sortedTwins(after: filter.after) where Service.matches(twin, filter) {
            if let status = filter.status, status != twin.statusWord { continue }
            guard items.count < limit else {
                cursor = items.last?.key
                break
            }
            items.append(Service.item(of: twin))
        }
        reply(
            to: request,
            with: ListDocument(tier: tier, items: items, cursor: cursor, missing: []))
    }

    mutating func listIncidents(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let filter = try Payload.unpack(ListRequest.self, from: payload, of: .listIncidents)
        let limit = pageLimit(filter, Limits.incidentsPerPageMax)
        var items: [IncidentDocument] = []
        var cursor: String?
        for twin in sortedTwins(after: filter.after) where Service.matches(twin, filter) {
            let incidents = twin.book.opened.filter { keeps($0, filter) }
            guard items.isEmpty || items.count + incidents.count <= limit else { break }
            items += incidents.map { IncidentDocument(twin.book.snapshot($0)) }
            cursor = twin.key.description
        }
        let isLast = sortedTwins(after: cursor).isEmpty
        reply(
            to: request,
            with: IncidentsDocument(items: items, cursor: isLast ? nil : cursor))
    }

    private func keeps(_ incident: Incident, _ filter: ListRequest) -> Bool {
        if let kind = filter.kind, incident.kind.rawValue != kind { return false }
        if let severity = filter.severity, incident.severity < severity { return false }
        return filter.all == true || incident.fold == nil
    }

    mutating func listMaintenance(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let filter = try Payload.unpack(ListRequest.self, from: payload, of: .listMaintenance)
        let twins = sortedTwins(after: filter.after).filter { !$0.book.maintenance.isEmpty }
        let items = twins.prefix(Limits.incidentsPerPageMax).flatMap { twin in
            twin.book.maintenance.map {
                MaintenanceDocument(address: twin.book.address, window: $0)
            }
        }
        reply(to: request, with: MaintenanceListDocument(items: items))
    }

    mutating func listUnknown(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let filter = try Payload.unpack(ListRequest.self, from: payload, of: .listUnknown)
        let limit = pageLimit(filter, Limits.pageItemsMax)
        let later = unknownReporters.reporters.filter { reporter in
            filter.after.map { reporter.key.description > $0 } ?? true
        }
        let page = later.prefix(limit)
        let items = page.map {
            UnknownReportersDocument.Item(
                address: TwinAddress(tier: tier, key: $0.key).description,
                key: $0.key.description, since: RFC3339($0.since),
                lastReportAt: RFC3339($0.lastAt), reports: $0.reports)
        }
        reply(
            to: request,
            with: UnknownReportersDocument(
                items: items,
                cursor: page.count < later.count ? page.last?.key.description : nil, missing: []))
    }

    private func pageLimit(_ filter: ListRequest, _ most: Int) -> Int {
        min(max(1, filter.limit ?? most), most)
    }

    /// All twins behind the cursor in key order. Costs a sort of the instance's twins.
    private func sortedTwins(after cursor: String?) -> [Twin] {
        let after = cursor.map { Array($0.utf8) }
        var twins: [Twin] = []
        for shard in shards {
            guard let shard else { continue }
            for slot in shard.slots {
                guard let twin = slot.twin else { continue }
                if let after, !after.lexicographicallyPrecedes(twin.key.bytes) { continue }
                twins.append(twin)
            }
        }
        return twins.sorted { $0.key < $1.key }
    }
}
