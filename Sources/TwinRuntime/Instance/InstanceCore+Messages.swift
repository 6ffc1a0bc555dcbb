internal import Msgpack
package import TwinCore
internal import TwinStore
internal import TwinWire

/// Takes messages apart and answers those that every tier answers alike.
extension InstanceCore {
    /// Takes one message from the broker: `[route][destination][envelope][payload]` is somebody's
    /// request, `[envelope][payload]` an answer or an event. Anything else is counted.
    package mutating func receive(_ frames: Int, frame: (Int) -> [UInt8]) {
        switch frames {
        case 4:
            let route = frame(0)
            let destination = frame(1)
            let envelope = frame(2)
            let payload = frame(3)
            counters.bytesTaken += UInt64(
                route.count + destination.count + envelope.count + payload.count)
            receiveRequest(
                route: route, destination: destination, envelope: envelope, payload: payload)
        case 2:
            hear(envelope: frame(0), payload: frame(1))
        default:
            counters.malformed += 1
        }
    }

    /// Takes somebody's request; what it is answered waits for the turn like everything else.
    mutating func receiveRequest(
        route: [UInt8], destination: [UInt8], envelope: [UInt8], payload: [UInt8]
    ) {
        let parsed: Envelope
        do {
            parsed = try Envelope(envelope.span)
        } catch {
            counters.malformed += 1
            return
        }
        let request: Request
        do {
            request = Request(
                route: route,
                destination: try Destination(String(decoding: destination, as: UTF8.self)),
                envelope: parsed)
        } catch {
            let nobody = Request(route: route, destination: .broker, envelope: parsed)
            return refuse(nobody, Refusal(.invalid, "\(error)"))
        }
        defer { inHand?.release() }
        if let refusal = holdMessage(request, destination: destination, payload: payload) {
            return refuse(request, refusal)
        }
        do {
            try handle(request, payload.span)
        } catch {
            refuse(request, error)
        }
    }

    private mutating func hear(envelope: [UInt8], payload: [UInt8]) {
        do {
            let envelope = try Envelope(envelope.span)
            switch envelope.type {
            case .placement:
                // Before the grant nobody knows whose cluster this is; it brings the whole
                // placement. Shards born here would be claimed without a cluster.
                guard identity.clusterId != nil else { return }
                follow(try Payload.unpack(Placement.self, from: payload.span, of: .placement))
            case .beat:
                try heardBeat(envelope, payload.span)
            case .freeze:
                heardFreeze(try Payload.unpack(FreezeOrder.self, from: payload.span, of: .freeze))
            case .thaw:
                heardThaw(try Payload.unpack(ThawOrder.self, from: payload.span, of: .thaw))
            case .handoff:
                try heardHandoff(envelope, payload.span)
            case .moveReport:
                break
            case .drain:
                try heardDrain(envelope, payload.span)
            case .register:
                try heardRegistration(envelope, payload.span)
            case .refused:
                try heardRefusal(envelope, payload.span)
            default:
                try Service.hear(envelope, payload: payload.span, core: &self)
            }
        } catch {
            counters.malformed += 1
        }
    }

    private mutating func heardRefusal(
        _ envelope: Envelope, _ payload: Span<UInt8>
    ) throws(Refusal) {
        if case .asking(let id, _) = membership, id == envelope.requestID {
            try heardRegistration(envelope, payload)
        } else if envelope.requestID <= beatNumber {
            try heardBeat(envelope, payload)
        } else if leaving?.requestID == envelope.requestID {
            try heardDrain(envelope, payload)
        } else if isHandoff(envelope.requestID) {
            try heardHandoff(envelope, payload)
        } else {
            try Service.hear(envelope, payload: payload, core: &self)
        }
    }

    private mutating func handle(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        if isJournalFull, request.envelope.type.fillsJournal {
            throw Refusal(
                .overloaded,
                "\(name) takes nothing new: its journal is at its limit of "
                    + "\(Limits.journalBytesMax >> 20) MiB until more rows are written",
                hint: "send again in a second; if it lasts, its disk is too slow for this load")
        }
        switch request.envelope.type {
        case .ping: try ping(request)
        case .handoff: try takeHandoff(request, payload)
        case .setMaintenance, .endMaintenance, .acknowledge, .unacknowledge:
            try command(request, payload)
        case .listTwins: try listTwins(request, payload)
        case .listIncidents: try listIncidents(request, payload)
        case .listMaintenance: try listMaintenance(request, payload)
        case .listUnknown: try listUnknown(request, payload)
        case .readAlerts: try readAlerts(request, payload)
        case .listQuarantine, .getQuarantined, .requeueQuarantined, .dropQuarantined:
            try askQuarantine(request, payload)
        case .commission, .decommission, .report, .reportBatch, .getServer, .getRack,
            .getDatacenter, .getUnhealthyRacks, .statuses, .receipts, .audit, .askAudit:
            try Service.handle(request, payload: payload, core: &self)
        case .getPlacement, .clusterStatus, .register, .beat, .placement, .refused, .moveShard,
            .drain, .rebalance, .adopt, .moveReport, .freeze, .thaw:
            throw Refusal(
                .invalid, "\(request.envelope.type.rawValue) is not for a \(tier) instance",
                found: request.destination.description, wanted: Destination.broker.description)
        }
    }

    /// The refusal for a message that another tier takes.
    package func misdirected(_ request: Request) -> Refusal {
        Refusal(
            .invalid, "\(request.envelope.type.rawValue) is not for a \(tier) twin",
            address: request.destination.description)
    }

    /// The address that a message for a twin must carry.
    package func address(of request: Request) throws(Refusal) -> TwinAddress {
        guard case .twin(let address) = request.destination else {
            throw Refusal(
                .invalid, "\(request.envelope.type.rawValue): wanted a twin's address",
                found: request.destination.description, wanted: "\(tier)/KEY")
        }
        guard address.tier == tier else { throw misdirected(request) }
        return address
    }

    /// The refusal for a twin that nobody commissioned or no status named.
    package func unknown(_ address: TwinAddress) -> Refusal {
        let how =
            tier == .server
            ? "twinctl commission \(address.key) --dc DC --rack RACK"
            : "twinctl list \(tier)"
        let why =
            tier == .server
            ? "\(address): nobody commissioned this server"
            : "\(address): no such \(tier) has members"
        return Refusal(.unknownAddress, why, address: address.description, hint: how)
    }

    // MARK: the same in every tier

    private mutating func ping(_ request: Request) throws(Refusal) {
        var epoch: UInt32?
        if case .twin(let address) = request.destination {
            epoch = shards[try ownedShard(of: address.key)]?.epoch.rawValue
        }
        reply(
            to: request,
            with: PingDocument(
                address: request.destination.description, instance: name.text, epoch: epoch,
                protocol: Envelope.version, roundTripMilliseconds: 0))
    }

    private mutating func command(_ request: Request, _ payload: Span<UInt8>) throws(Refusal) {
        let address = try address(of: request)
        let shard = try ownedShard(of: address.key)
        guard let twin = twin(address.key, in: shard), let context = context(of: shard) else {
            throw unknown(address)
        }
        var changed = false
        for command in try commands(in: request, payload, for: twin) {
            switch twin.admission(of: command, in: context) {
            case .refused(let refusal): throw refusal
            case .already: break
            case .apply:
                take(.twin(ordinal: twin.ordinal, Twin.input(for: command)), in: shard)
                changed = true
            }
        }
        reply(
            to: request,
            with: CommandDocument(
                address: address, changed: changed, position: position(of: shard)))
    }

    private func commands(
        in request: Request, _ payload: Span<UInt8>, for twin: Twin
    ) throws(Refusal) -> [TwinCommand] {
        let type = request.envelope.type
        switch type {
        case .setMaintenance:
            let body = try Payload.unpack(SetMaintenanceRequest.self, from: payload, of: type)
            // A repeat of a command without a begin must find its own window, not a later one.
            let same = twin.book.maintenance.first { $0.id == body.id }
            return [.setMaintenance(try body.window(now: same?.from ?? time.wall))]
        case .endMaintenance:
            let body = try Payload.unpack(EndMaintenanceRequest.self, from: payload, of: type)
            let ids = body.id.map { [$0] } ?? twin.book.maintenance.map(\.id)
            return ids.map { .endMaintenance(id: $0) }
        case .acknowledge:
            let body = try Payload.unpack(AcknowledgeRequest.self, from: payload, of: type)
            try check(body.incident, of: twin)
            return [
                .acknowledge(
                    number: body.incident.number, try body.acknowledgement(now: time.wall))
            ]
        default:
            let body = try Payload.unpack(UnacknowledgeRequest.self, from: payload, of: type)
            try check(body.incident, of: twin)
            return [.unacknowledge(number: body.incident.number)]
        }
    }

    private func check(_ incident: IncidentID, of twin: Twin) throws(Refusal) {
        guard incident.address == twin.book.address else {
            throw Refusal(
                .invalid, "incident \(incident) does not belong to \(twin.book.address)",
                address: twin.book.address.description, found: incident.description)
        }
    }
}
