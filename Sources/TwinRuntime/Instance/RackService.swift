package import TwinCore
package import TwinWire

/// The rack tier: correlates servers' statuses, tells data centers, folds members' incidents.
package enum RackService: ChildService, ParentService {
    package typealias Twin = RackTwin

    package static var parentTier: Tier { .dc }
    package static var childTier: Tier { .server }

    package static func handle(
        _ request: Request, payload: Span<UInt8>, core: inout InstanceCore<RackService>
    ) throws(Refusal) {
        switch request.envelope.type {
        case .statuses: try core.takeStatuses(request, payload)
        // A data center's word about its folds is an event of its instance.
        case .receipts: try core.heardReceipts(request.envelope, payload)
        case .audit: try core.takeAudit(request, payload)
        case .askAudit: try core.heardAuditAsk(request)
        case .getRack: try getRack(request, &core)
        default: throw core.misdirected(request)
        }
    }

    private static func getRack(
        _ request: Request, _ core: inout InstanceCore<RackService>
    ) throws(Refusal) {
        let address = try core.address(of: request)
        let shard = try core.ownedShard(of: address.key)
        guard let twin = core.twin(address.key, in: shard) else { throw core.unknown(address) }
        core.reply(
            to: request,
            with: RackDocument(twin, in: core.documentContext(of: shard)))
    }

    package static func hear(
        _ envelope: Envelope, payload: Span<UInt8>, core: inout InstanceCore<RackService>
    ) throws(Refusal) {
        try core.heardReceipts(envelope, payload)
    }

    package static func settle(shard: Int, slot: Int, core: inout InstanceCore<RackService>) {
        guard let twin = core.shards[shard]?[slot] else { return }
        core.owe(twin, in: shard)
        core.oweFolds(twin, in: shard)
    }

    package static func opened(shard: Int, core: inout InstanceCore<RackService>) {
        core.owe(shard: shard)
        core.oweFolds(shard: shard)
    }

    package static func recovered(core: inout InstanceCore<RackService>) {
        core.oweEverything()
        core.oweAllFolds()
    }

    package static func tick(core: inout InstanceCore<RackService>) {
        core.stepAudits()
        core.askAudits()
        core.followParentEpochs()
        core.sendStatuses()
        core.sendFolds()
        core.sendAudits()
    }

    package static func beatAnswered(_ reply: BeatReply, core: inout InstanceCore<RackService>) {
        core.hearAbsence(of: reply.unheardServerShards)
    }

    package static func item(of twin: RackTwin) -> ListDocument.Item {
        ListDocument.Item(
            address: twin.book.address.description, key: twin.key.description,
            status: twin.statusWord, since: RFC3339(twin.verdictSince),
            dc: twin.status?.dc.description, rack: twin.key.description,
            incidents: twin.book.openKinds)
    }

    package static func matches(_ twin: RackTwin, _ filter: ListRequest) -> Bool {
        if let rack = filter.rack, rack != twin.key { return false }
        if let dc = filter.dc, dc != twin.status?.dc { return false }
        let labels = twin.status?.labels ?? []
        return (filter.labels ?? [:]).allSatisfy { name, value in
            labels.contains { $0.name == name && $0.value == value }
        }
    }

    package static func generation(of twin: RackTwin) -> UInt64 { 0 }
}
