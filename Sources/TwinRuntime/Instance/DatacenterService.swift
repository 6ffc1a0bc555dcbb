package import TwinCore
package import TwinWire

/// The data-center tier: the big picture, its verdict, and whether we see at all.
package enum DatacenterService: ParentService {
    package typealias Twin = DatacenterTwin

    package static var childTier: Tier { .rack }

    package static func handle(
        _ request: Request, payload: Span<UInt8>, core: inout InstanceCore<DatacenterService>
    ) throws(Refusal) {
        switch request.envelope.type {
        case .statuses: try core.takeStatuses(request, payload)
        case .audit: try core.takeAudit(request, payload)
        case .getDatacenter: try getDatacenter(request, &core)
        case .getUnhealthyRacks: try getUnhealthyRacks(request, payload, &core)
        default: throw core.misdirected(request)
        }
    }

    private static func getDatacenter(
        _ request: Request, _ core: inout InstanceCore<DatacenterService>
    ) throws(Refusal) {
        let address = try core.address(of: request)
        let shard = try core.ownedShard(of: address.key)
        guard let twin = core.twin(address.key, in: shard) else { throw core.unknown(address) }
        core.reply(
            to: request,
            with: DatacenterDocument(twin, in: core.documentContext(of: shard)))
    }

    private static func getUnhealthyRacks(
        _ request: Request, _ payload: Span<UInt8>, _ core: inout InstanceCore<DatacenterService>
    ) throws(Refusal) {
        let body = try Payload.unpack(
            UnhealthyRacksRequest.self, from: payload, of: .getUnhealthyRacks)
        let address = try core.address(of: request)
        let shard = try core.ownedShard(of: address.key)
        guard let twin = core.twin(address.key, in: shard) else { throw core.unknown(address) }
        let limit = min(max(1, body.limit ?? Limits.pageItemsMax), Limits.pageItemsMax)
        core.reply(
            to: request,
            with: UnhealthyRacksDocument(
                twin, request: request.envelope.requestID, limit: limit, after: body.after,
                in: core.documentContext(of: shard)))
    }

    package static func hear(
        _ envelope: Envelope, payload: Span<UInt8>, core: inout InstanceCore<DatacenterService>
    ) throws(Refusal) {
        throw Refusal(
            .invalid, "\(envelope.type.rawValue) answers nothing that a dc instance asked")
    }

    package static func settle(
        shard: Int, slot: Int, core: inout InstanceCore<DatacenterService>
    ) {
        guard let twin = core.shards[shard]?[slot] else { return }
        core.oweFolds(twin, in: shard)
    }

    package static func opened(shard: Int, core: inout InstanceCore<DatacenterService>) {
        core.oweFolds(shard: shard)
    }

    package static func recovered(core: inout InstanceCore<DatacenterService>) {
        core.oweAllFolds()
    }

    package static func tick(core: inout InstanceCore<DatacenterService>) {
        core.stepAudits()
        core.askAudits()
        core.sendFolds()
    }

    package static func beatAnswered(
        _ reply: BeatReply, core: inout InstanceCore<DatacenterService>
    ) {
        core.hearAbsence(of: reply.unheardRackShards)
        let report = ObservationReport(
            servers: reply.unheardServerShards, racks: reply.unheardRackShards)
        let digest = InstanceCore<DatacenterService>.digest(
            ofUnheard: report.racks,
            seed: InstanceCore<DatacenterService>.digest(ofUnheard: report.servers))
        for index in core.ownedIndices {
            for ordinal in core.shards[index]?.ordinals ?? [] {
                guard let twin = core.shards[index]?.twin(ordinal: ordinal),
                    twin.observation.report != report
                else { continue }
                core.takeOwn(.observation(report), ordinal: ordinal, digest: digest, in: index)
            }
        }
    }

    package static func item(of twin: DatacenterTwin) -> ListDocument.Item {
        ListDocument.Item(
            address: twin.book.address.description, key: twin.key.description,
            status: twin.statusWord, since: RFC3339(twin.verdictSince),
            dc: twin.key.description, incidents: twin.book.openKinds)
    }

    package static func matches(_ twin: DatacenterTwin, _ filter: ListRequest) -> Bool {
        filter.rack == nil && (filter.labels ?? [:]).isEmpty
            && (filter.dc.map { $0 == twin.key } ?? true)
    }

    package static func stalePictures(
        core: InstanceCore<DatacenterService>
    ) -> [StalenessDocument] {
        core.shards.indices.flatMap { index in
            (core.shards[index]?.ordinals ?? []).compactMap { ordinal in
                core.shards[index]?.twin(ordinal: ordinal).flatMap {
                    StalenessDocument($0, placement: core.placement)
                }
            }
        }.sorted { $0.address < $1.address }
    }

    package static func generation(of twin: DatacenterTwin) -> UInt64 { 0 }
}
