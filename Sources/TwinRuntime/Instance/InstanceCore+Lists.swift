internal import Msgpack
internal import TwinCore
internal import TwinWire

/// Pages over what one instance holds, in key order; the cursor is the last key of the page.
extension InstanceCore {
    mutating func listTwins(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let filter = try Payload.unpack(ListRequest.self, from: payload, of: .listTwins)
        let limit = pageLimit(filter, Limits.pageItemsMax)
        var items: [ListDocument.Item] = []
        let cursor = visitTwins(after: filter.after) { twin in
            let status = filter.status ?? twin.statusWord
            guard status == twin.statusWord, Service.matches(twin, filter) else { return true }
            guard items.count < limit else { return false }
            items.append(Service.item(of: twin))
            return true
        }
        reply(
            to: request,
            with: ListDocument(
                tier: tier, items: items, cursor: cursor, missing: [],
                stale: Service.stalePictures(core: self)))
    }

    mutating func listIncidents(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let filter = try Payload.unpack(ListRequest.self, from: payload, of: .listIncidents)
        let limit = pageLimit(filter, Limits.incidentsPerPageMax)
        var items: [IncidentDocument] = []
        let cursor = visitTwins(after: filter.after) { twin in
            guard Service.matches(twin, filter) else { return true }
            let incidents = twin.book.opened.filter { keeps($0, filter) }
            guard items.isEmpty || items.count + incidents.count <= limit else { return false }
            items += incidents.map { IncidentDocument(twin.book.snapshot($0)) }
            return true
        }
        reply(
            to: request,
            with: IncidentsDocument(
                items: items, cursor: cursor, stale: Service.stalePictures(core: self)))
    }

    private func keeps(_ incident: Incident, _ filter: ListRequest) -> Bool {
        if let kind = filter.kind, incident.kind.rawValue != kind { return false }
        if let severity = filter.severity, incident.severity < severity { return false }
        return filter.all == true || incident.fold == nil
    }

    mutating func listMaintenance(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let filter = try Payload.unpack(ListRequest.self, from: payload, of: .listMaintenance)
        let limit = pageLimit(filter, Limits.incidentsPerPageMax)
        var items: [MaintenanceDocument] = []
        let cursor = visitTwins(after: filter.after) { twin in
            let windows = twin.book.maintenance
            guard items.isEmpty || items.count + windows.count <= limit else { return false }
            items += windows.map { MaintenanceDocument(address: twin.book.address, window: $0) }
            return true
        }
        reply(to: request, with: MaintenanceListDocument(items: items, cursor: cursor))
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

    /// Shows twins behind the cursor in key order until `takes` says no: the page is full. A page
    /// also ends after `Limits.twinsPerPageMax` twins, full or not.
    /// - Returns: the cursor of the next page; nil when no twin is left.
    private func visitTwins(after cursor: String?, _ takes: (Twin) -> Bool) -> String? {
        var walk = TwinWalk(
            over: shards.map { $0?.order ?? KeyOrder() }, after: cursor.map { Array($0.utf8) })
        var last = cursor
        for _ in 0..<Limits.twinsPerPageMax {
            guard let (shard, slot) = walk.next() else { return nil }
            guard let twin = shards[shard]?[slot] else { continue }
            guard takes(twin) else { return last }
            last = twin.key.description
        }
        return walk.next() == nil ? nil : last
    }
}
