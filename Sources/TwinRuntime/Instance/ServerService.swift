package import TwinCore
internal import TwinStore
package import TwinWire

/// The server tier: commissions, reports, and what its twins tell their racks.
package enum ServerService: ChildService {
    package typealias Twin = ServerTwin

    package static var parentTier: Tier { .rack }

    package static func handle(
        _ request: Request, payload: Span<UInt8>, core: inout InstanceCore<ServerService>
    ) throws(Refusal) {
        switch request.envelope.type {
        case .report: try ReportIntake.single(request, payload, &core)
        case .reportBatch: try ReportIntake.batch(request, payload, &core)
        case .commission: try commission(request, payload, &core)
        case .decommission: try decommission(request, payload, &core)
        case .getServer: try getServer(request, &core)
        // A rack's word about its folds is an event of its instance.
        case .receipts: try core.heardReceipts(request.envelope, payload)
        case .askAudit: try core.heardAuditAsk(request)
        default: throw core.misdirected(request)
        }
    }

    /// The label that marks a server of a simulated fleet.
    private static let simulatedLabel = TwinLabel(name: "simulated", value: "true")

    private static func commission(
        _ request: Request, _ payload: Span<UInt8>, _ core: inout InstanceCore<ServerService>
    ) throws(Refusal) {
        let body = try Payload.unpack(CommissionRequest.self, from: payload, of: .commission)
        let address = try core.address(of: request)
        let shard = try core.ownedShard(of: address.key)
        let commission = try body.commission()
        if commission.labels.contains(simulatedLabel), !core.configuration.allowsSimulation {
            throw Refusal(
                .unauthorized, "\(address) is labelled simulated=true and this cluster takes none",
                address: address.description, found: "simulated=true",
                wanted: "a real server", hint: "start twin-broker with --allow-simulation")
        }
        var changed = true
        if let twin = core.twin(address.key, in: shard) {
            switch twin.admission(of: commission, ifGeneration: body.ifGeneration) {
            case .refused(let refusal): throw refusal
            case .already: changed = false
            case .apply:
                core.take(.twin(ordinal: twin.ordinal, .commission(commission)), in: shard)
            }
        } else {
            guard body.ifGeneration ?? 0 == 0 else {
                throw Refusal(
                    .conflict, "\(address) does not exist, the command wanted a generation",
                    address: address.description, found: "no such server",
                    wanted: "generation \(body.ifGeneration ?? 0)")
            }
            if let birth = core.shards[shard]?.birth(of: address.key, .commission(commission)) {
                core.take(birth, in: shard)
            }
            core.unknownReporters.forget(address.key)
        }
        answer(request, address, changed: changed, shard, &core)
    }

    private static func decommission(
        _ request: Request, _ payload: Span<UInt8>, _ core: inout InstanceCore<ServerService>
    ) throws(Refusal) {
        let body = try Payload.unpack(DecommissionRequest.self, from: payload, of: .decommission)
        let address = try core.address(of: request)
        let shard = try core.ownedShard(of: address.key)
        guard let twin = core.twin(address.key, in: shard) else { throw core.unknown(address) }
        var changed = false
        switch twin.admission(ofDecommissionIfGeneration: body.ifGeneration) {
        case .refused(let refusal): throw refusal
        case .already: break
        case .apply:
            core.take(.twin(ordinal: twin.ordinal, .decommission), in: shard)
            changed = true
        }
        answer(request, address, changed: changed, shard, &core)
    }

    private static func answer(
        _ request: Request, _ address: TwinAddress, changed: Bool, _ shard: Int,
        _ core: inout InstanceCore<ServerService>
    ) {
        core.reply(
            to: request,
            with: CommandDocument(
                address: address, changed: changed,
                generation: core.twin(address.key, in: shard)?.generation,
                position: core.position(of: shard)))
    }

    private static func getServer(
        _ request: Request, _ core: inout InstanceCore<ServerService>
    ) throws(Refusal) {
        let address = try core.address(of: request)
        let shard = try core.ownedShard(of: address.key)
        guard let slot = core.shards[shard]?.find(address.key),
            let counted = core.shards[shard]?.slots[slot], let twin = counted.twin
        else { throw core.unknown(address) }
        core.reply(
            to: request,
            with: ServerDocument(
                twin, duplicates: counted.duplicates, conflicts: counted.conflicts,
                in: core.documentContext(of: shard)))
    }

    package static func hear(
        _ envelope: Envelope, payload: Span<UInt8>, core: inout InstanceCore<ServerService>
    ) throws(Refusal) {
        try core.heardReceipts(envelope, payload)
    }

    package static func settle(shard: Int, slot: Int, core: inout InstanceCore<ServerService>) {
        guard core.shards[shard]?.hasDebts(slot: slot) == true,
            let owed = core.shards[shard]?.owed(slot: slot)
        else { return }
        core.owe(owed.ordinal, to: owed.parents, in: shard)
    }

    package static func opened(shard: Int, core: inout InstanceCore<ServerService>) {
        core.owe(shard: shard)
    }

    package static func recovered(core: inout InstanceCore<ServerService>) {
        core.oweEverything()
    }

    package static func tick(core: inout InstanceCore<ServerService>) {
        core.followParentEpochs()
        core.sendStatuses()
        core.sendAudits()
    }

    package static func beatAnswered(
        _ reply: BeatReply, core: inout InstanceCore<ServerService>
    ) {}

    package static func item(of twin: ServerTwin) -> ListDocument.Item {
        ListDocument.Item(
            address: twin.book.address.description, key: twin.key.description,
            status: twin.statusWord, since: RFC3339(twin.conditionSince),
            dc: twin.commission?.dc.description, rack: twin.commission?.rack.description,
            incidents: twin.book.openKinds, lastReportAt: RFC3339(twin.window.newest))
    }

    package static func matches(_ twin: ServerTwin, _ filter: ListRequest) -> Bool {
        if let rack = filter.rack, rack != twin.commission?.rack { return false }
        if let dc = filter.dc, dc != twin.commission?.dc { return false }
        let labels = twin.commission?.labels ?? []
        return (filter.labels ?? [:]).allSatisfy { name, value in
            labels.contains(TwinLabel(name: name, value: value))
        }
    }

    package static func generation(of twin: ServerTwin) -> UInt64 { twin.generation }

    // MARK: replay

    package static func glance(
        at slot: Int, in shard: Int, core: inout InstanceCore<ServerService>
    ) {
        _ = core.shards[shard]?.glance(at: slot)
    }

    package static func replayUsual(
        _ report: ReportInput, slot: Int, as place: ReplayedPlace, arena: [Float],
        core: inout InstanceCore<ServerService>
    ) -> Bool {
        if let inHand = core.inHand {
            guard !core.quarantine.refuses(place.digest),
                let key = core.shards[place.shard]?.keyBytes(at: slot)
            else { return false }
            inHand.hold(input: key.span, digest: place.digest)
        }
        return core.shards[place.shard]?.replayUsual(
            report, slot: slot, at: place.position, arena: arena, time: place.time,
            record: place.record) ?? false
    }
}
