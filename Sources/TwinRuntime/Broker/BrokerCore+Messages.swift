internal import TwinCore
internal import TwinWire
internal import ZeroMQ

// What becomes of each message, by the socket it came on.
extension BrokerCore where Port: ~Copyable {
    // MARK: from clients

    mutating func handleClient(
        _ message: Message, _ received: Socket.Received, now: Int64
    ) throws {
        guard
            let (mail, problem) = BrokerMail.read(
                message, received, side: .client, nonce: machine.nonce)
        else {
            counters.malformed += 1
            return
        }
        guard let envelope = mail.envelope, problem == nil else {
            counters.malformed += 1
            try refuse(problem ?? Self.unreadable, mail)
            return
        }
        guard envelope.kind == .request, !envelope.type.isForServicesOnly,
            envelope.type != .refused
        else {
            try refuse(
                Refusal(
                    .unauthorized,
                    "clients may not send a \(envelope.type.rawValue) "
                        + "\(envelope.kind)", wanted: "a request of a client",
                    hint: "services connect to the endpoint of --listen-services"), mail)
            return
        }
        try pass(message, mail, envelope, traffic: Self.traffic(envelope), now: now)
    }

    private static var unreadable: Refusal { Refusal(.invalid, "envelope: unreadable") }

    private static func traffic(_ envelope: Envelope) -> BrokerTraffic {
        switch envelope.type {
        case .statuses, .receipts, .audit: .repeating
        case .ping, .handoff: .control
        default: envelope.kind == .event ? .repeating : .request
        }
    }

    // MARK: from services

    mutating func handleService(
        _ message: Message, _ received: Socket.Received, now: Int64
    ) throws {
        guard
            let (mail, problem) = BrokerMail.read(
                message, received, side: .service, nonce: machine.nonce)
        else {
            counters.malformed += 1
            return
        }
        guard let envelope = mail.envelope, problem == nil else {
            counters.malformed += 1
            try refuse(problem ?? Self.unreadable, mail)
            return
        }
        switch (envelope.kind, envelope.type) {
        case (.request, .register): try register(message, mail, envelope, now: now)
        case (.beat, .beat): try beat(message, mail, envelope, now: now)
        case (.reply, _): try passReply(message, mail, envelope)
        case (.request, _), (.event, _):
            guard try isFromRegistered(mail, envelope) else { return }
            if envelope.type == .moveReport {
                return try takeMoveReport(message, mail, now: now)
            }
            guard envelope.type != .refused, envelope.type != .beat, envelope.type != .placement,
                envelope.type != .freeze, envelope.type != .thaw
            else {
                try refuse(
                    Refusal(
                        .invalid,
                        "services may not send a \(envelope.type.rawValue) "
                            + "\(envelope.kind)"), mail)
                return
            }
            try pass(message, mail, envelope, traffic: Self.traffic(envelope), now: now)
        case (.beat, _):
            counters.malformed += 1
            try refuse(Refusal(.invalid, "a beat must be of type Beat"), mail)
        }
    }

    private mutating func isFromRegistered(
        _ mail: BrokerMail, _ envelope: Envelope
    ) throws -> Bool {
        do throws(Refusal) {
            _ = try machine.registeredSlot(
                routingID: mail.origin.routingID, instance: envelope.source?.instance,
                startNumber: envelope.source?.startNumber)
            return true
        } catch {
            try refuseUnregistered(error, mail)
            return false
        }
    }

    /// Carries a service's reply to whoever asked, by the route it brings back.
    private mutating func passReply(
        _ message: Message, _ mail: BrokerMail, _ envelope: Envelope
    ) throws {
        guard try isFromRegistered(mail, envelope) else { return }
        let first = mail.firstFrame
        guard let route = RouteFrame(message.frame(first)), route.brokerNonce == machine.nonce
        else {
            counters.answersDropped += 1
            return
        }
        startOutbound(to: route)
        outbound.append(message.frame(first + 1))
        outbound.append(message.frame(first + 2))
        try sendOutbound(to: route.side)
    }

    private mutating func register(
        _ message: Message, _ mail: BrokerMail, _ envelope: Envelope, now: Int64
    ) throws {
        let payload = message.frame(mail.firstFrame + 2)
        let registration: Registration
        do {
            registration = try Payload.unpack(Registration.self, from: payload, of: .register)
        } catch {
            counters.malformed += 1
            try refuse(error, mail)
            return
        }
        try probeRival(of: registration, now: now)
        let outcome = machine.register(
            registration, routingID: mail.origin.routingID, now: now, wall: wall)
        switch outcome {
        case .success(let grant):
            try carryOutEffects()
            try answer(mail, envelope.reply(.register), Payload.pack(grant))
        case .failure(let refusal):
            try carryOutEffects()
            try refuse(refusal, mail)
        }
    }

    /// A process that was killed a moment ago does not keep its successor out.
    private mutating func probeRival(of registration: Registration, now: Int64) throws {
        guard let rival = machine.rival(of: registration), try !isReachable(rival.routingID)
        else { return }
        machine.sendFailed(to: rival.slot, now: now, wall: wall)
    }

    private mutating func beat(
        _ message: Message, _ mail: BrokerMail, _ envelope: Envelope, now: Int64
    ) throws {
        let reply: BeatReply
        do throws(Refusal) {
            let beat = try Payload.unpack(
                Beat.self, from: message.frame(mail.firstFrame + 2), of: .beat)
            reply = try machine.beat(
                beat, routingID: mail.origin.routingID, now: now, wall: wall)
        } catch {
            guard error.code == .unauthorized else { return try refuse(error, mail) }
            return try refuseUnregistered(error, mail)
        }
        try carryOutEffects()
        try answer(mail, envelope.reply(.beat), Payload.pack(reply))
    }

    // MARK: by destination

    mutating func pass(
        _ message: Message, _ mail: BrokerMail, _ envelope: Envelope, traffic: BrokerTraffic,
        now: Int64
    ) throws {
        if envelope.kind == .request, envelope.remainingMilliseconds == 0 {
            try refuse(
                Refusal(.expired, "the request's time was over when it reached the broker"), mail)
            return
        }
        let target: BrokerTarget
        do {
            target = try BrokerTarget(
                message.frame(mail.firstFrame), shardCounts: machine.record.placement.shardCounts)
        } catch {
            try refuse(error, mail)
            return
        }
        let byteCount = Self.routeHeaderBytes + message.byteCount
        switch machine.route(target, byteCount: byteCount, traffic: traffic, now: now) {
        case .answerHere: try answerHere(message, mail, envelope, now: now)
        case .hold(let shard):
            try hold(message, mail, envelope, for: shard, now: now)
        case .refuse(let refusal):
            // Nobody waits for the answer to an event, which comes again by itself.
            guard envelope.kind != .event else {
                counters.repeatingDropped += 1
                return
            }
            try refuse(refusal, mail)
        case .drop: counters.repeatingDropped += 1
        case .forward(let slot):
            try forward(message, mail, to: slot, target, byteCount: byteCount, now: now)
        }
    }

    private mutating func forward(
        _ message: Message, _ mail: BrokerMail, to slot: Int, _ target: BrokerTarget,
        byteCount: Int, now: Int64
    ) throws {
        guard let routingID = machine.routingID(of: slot) else { return }
        outbound.removeAll()
        outbound.append(routingID)
        outbound.append(mail.origin.bytes)
        for index in 0..<Self.contentFrames {
            outbound.append(message.frame(mail.firstFrame + index))
        }
        switch try port.send(outbound, to: .service) {
        case .sent: machine.didForward(byteCount, to: slot)
        case .wouldBlock:
            machine.didNotFit(slot)
            try refuse(machine.overloaded(slot), mail)
        case .unreachable:
            machine.sendFailed(to: slot, now: now, wall: wall)
            try carryOutEffects()
            try refuse(machine.absent(slot, target, now: now), mail)
        }
    }

    private static var contentFrames: Int { 3 }
    /// What a route frame has beside the routing id.
    private static var routeHeaderBytes: Int { 10 }
}
