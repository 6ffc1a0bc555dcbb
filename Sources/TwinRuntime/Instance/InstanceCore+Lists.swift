internal import Msgpack
internal import TwinCore
internal import TwinWire

/// Pages over what one instance holds, in key order; the cursor is the last key of the page.
extension InstanceCore {
    mutating func listTwins(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let filter = try Payload.unpack(ListRequest.self, from: payload, of: .listTwins)
        let limit = pageLimit(filter, Limits.pageItemsMax)
        var items: [ListDocument.Item] = []
        let shards = try listedShards(request, filter)
        let cursor = visitTwins(of: shards, after: filter.after) { twin in
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
                stale: Service.stalePictures(core: self),
                shards: shards))
    }

    mutating func listIncidents(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let filter = try Payload.unpack(ListRequest.self, from: payload, of: .listIncidents)
        let limit = pageLimit(filter, Limits.incidentsPerPageMax)
        var items: [IncidentDocument] = []
        let shards = try listedShards(request, filter)
        let cursor = visitTwins(of: shards, after: filter.after) { twin in
            guard Service.matches(twin, filter) else { return true }
            let incidents = twin.book.opened.filter { keeps($0, filter) }
            guard items.isEmpty || items.count + incidents.count <= limit else { return false }
            items += incidents.map { IncidentDocument(twin.book.snapshot($0)) }
            return true
        }
        reply(
            to: request,
            with: IncidentsDocument(
                items: items, cursor: cursor, stale: Service.stalePictures(core: self),
                shards: shards))
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
        let shards = try listedShards(request, filter)
        let cursor = visitTwins(of: shards, after: filter.after) { twin in
            let windows = twin.book.maintenance
            guard items.isEmpty || items.count + windows.count <= limit else { return false }
            items += windows.map { MaintenanceDocument(address: twin.book.address, window: $0) }
            return true
        }
        reply(
            to: request,
            with: MaintenanceListDocument(
                items: items, cursor: cursor, shards: shards))
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

    /// The shards whose twins a list shows: those asked for that are served here. Throws
    /// `not-owner` when the message came for a shard that is not.
    private func listedShards(
        _ request: Request, _ filter: ListRequest
    ) throws(Refusal) -> ShardSet {
        let served = ShardSet(ownedIndices.map(UInt16.init))
        if case .shard(let shard) = request.destination, !served.contains(shard.index) {
            throw Refusal(
                .notOwner, "\(shard) is not served by \(name)", address: shard.description,
                found: name.text, wanted: placement?[shard]?.instance.text)
        }
        return filter.shards.map { served.intersection($0) } ?? served
    }

    /// Shows twins behind the cursor in key order until `takes` says no: the page is full. A page
    /// also ends after `Limits.twinsPerPageMax` twins, full or not.
    /// - Returns: the cursor of the next page; nil when no twin is left.
    private func visitTwins(
        of listed: ShardSet, after cursor: String?, _ takes: (Twin) -> Bool
    ) -> String? {
        let orders = shards.indices.map { index in
            listed.contains(UInt16(index)) ? shards[index]?.order ?? KeyOrder() : KeyOrder()
        }
        var walk = TwinWalk(over: orders, after: cursor.map { Array($0.utf8) })
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
