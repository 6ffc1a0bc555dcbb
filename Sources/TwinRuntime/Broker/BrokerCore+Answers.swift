internal import TwinCore
internal import TwinWire
internal import ZeroMQ

// What the broker says itself.
extension BrokerCore where Port: ~Copyable {
    /// Answers a request whose destination is `broker`.
    mutating func answerHere(
        _ message: Message, _ mail: BrokerMail, _ envelope: Envelope, now: Int64
    ) throws {
        switch envelope.type {
        case .moveShard, .adopt, .drain, .rebalance:
            try command(message, mail, envelope)
        case .ping:
            let ping = PingDocument(
                address: Destination.broker.description,
                protocol: BrokerMachine.protocolVersion, roundTripMilliseconds: 0)
            try answer(mail, envelope.reply(.ping), Payload.pack(ping))
        case .clusterStatus:
            let document = StatusDocument(
                machine, now: now, inputsPerSecond: inputRate.perSecond(now: now))
            try answer(mail, envelope.reply(.clusterStatus), Payload.pack(document))
        case .getPlacement:
            guard mail.origin.side == .client else {
                // An instance wants the value that its state keeps.
                let placement = Payload.pack(machine.record.placement)
                try answer(mail, envelope.reply(.placement), placement)
                return
            }
            let document = PlacementDocument(machine, now: now)
            try answer(mail, envelope.reply(.getPlacement), Payload.pack(document))
        case .commission, .decommission, .setMaintenance, .endMaintenance, .acknowledge,
            .unacknowledge, .report, .reportBatch, .getServer, .getRack, .getDatacenter,
            .getUnhealthyRacks, .listTwins, .listIncidents, .listMaintenance, .listUnknown,
            .readAlerts, .listQuarantine, .getQuarantined, .requeueQuarantined, .dropQuarantined,
            .register, .beat, .placement, .statuses, .receipts, .audit, .askAudit, .handoff,
            .moveReport, .freeze, .thaw, .refused:
            try refuse(
                Refusal(
                    .invalid, "the broker does not answer \(envelope.type.rawValue)",
                    address: Destination.broker.description,
                    wanted: "Ping, GetPlacement, ClusterStatus, MoveShard, Drain, Rebalance or "
                        + "Adopt",
                    hint: "send it to a twin, a shard or an instance"), mail)
        }
    }

    /// Sends an answer; toward a client that is full or gone it is dropped and counted.
    mutating func answer(_ mail: BrokerMail, _ envelope: Envelope, _ payload: [UInt8]) throws {
        startOutbound(to: mail.origin)
        outbound.append(envelope.packed)
        outbound.append(payload)
        try sendOutbound(to: mail.origin.side)
    }

    /// Counts a refusal and tells the sender, unless what it sent is an event or a reply.
    mutating func refuse(_ refusal: Refusal, _ mail: BrokerMail) throws {
        machine.count(refusal.code)
        try tell(refusal, mail)
    }

    /// Refuses what came over a connection that is not registered; counts strangers only.
    mutating func refuseUnregistered(_ refusal: Refusal, _ mail: BrokerMail) throws {
        let source = mail.envelope?.source
        let isReturning = machine.isReturning(
            routingID: mail.origin.routingID, instance: source?.instance,
            startNumber: source?.startNumber)
        guard isReturning else { return try refuse(refusal, mail) }
        counters.returning += 1
        try tell(refusal, mail)
    }

    private mutating func tell(_ refusal: Refusal, _ mail: BrokerMail) throws {
        switch mail.envelope?.kind {
        case .event, .reply:
            guard mail.origin.side == .client else { return }
        case .request, .beat, nil: break
        }
        let envelope =
            mail.envelope?.reply(.refused)
            ?? Envelope(kind: .reply, type: .refused, requestID: mail.requestID)
        try answer(mail, envelope, Payload.pack(RefusalPayload(refusal)))
    }

    mutating func startOutbound(to route: RouteFrame) {
        outbound.removeAll()
        outbound.append(route.routingID)
        if route.hasDelimiter { outbound.appendEmpty() }
    }

    mutating func sendOutbound(to side: RouteFrame.Side) throws {
        switch try port.send(outbound, to: side) {
        case .sent: break
        case .wouldBlock, .unreachable: counters.answersDropped += 1
        }
    }
}
