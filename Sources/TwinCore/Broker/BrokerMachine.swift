/// The broker's decisions without its sockets: who is registered, who owns which shard, who may
/// take how much, and what each message becomes.
///
/// Pure: times are parameters (`now` in monotonic milliseconds, `wall` for stamps), nothing is sent
/// or stored. After `register`, `beat`, `tick`, `sendFailed` and `wasPaused` the caller takes the
/// effects and carries them out in their order: what is told was stored before.
///
/// An instance is its registration on one connection. Whatever a service sends over a connection
/// that is not registered now, after a reconnect or a restart of the broker, is refused with the
/// advice to register again; a process that does keeps its start number and gets new credit.
package struct BrokerMachine: Sendable {
    /// What must be durable; see `BrokerEffects.mustStore`.
    package internal(set) var record: BrokerRecord
    /// Drawn at the broker's start: tells broker processes apart.
    package let nonce: UInt64
    let startedAt: Int64
    let startedAtWall: Timestamp

    /// By slot; a slot is an instance's for the broker's life.
    var instances: [BrokerInstance] = []
    var slotByName: [InstanceName: Int] = [:]
    /// Present connections only.
    var slotByRoutingID: [[UInt8]: Int] = [:]
    /// Connections that instances have registered over.
    var connectionCount: UInt64 = 0
    /// The slot that owns each shard, by tier and index; -1 = nobody.
    var ownerSlots: [[Int]] = []

    var bootstrap = BootstrapState.none
    var effects = BrokerEffects()
    /// The broker's own refusals, in the order of `Refusal.Code.allCases`.
    var refusals = [UInt64](repeating: 0, count: Refusal.Code.allCases.count)
    var youngUntil: Int64
    /// Shards whose messages wait, with the time since when.
    var holds: [ShardID: Int64] = [:]
    /// When a move of the shard was given up; such a shard rests before it is moved by itself.
    var failedMoves: [ShardID: Int64] = [:]
    var balancedAt: Int64
    /// False: shards move by hand and by drains only.
    let rebalancesByItself: Bool
    /// When the client socket was last seen empty.
    var emptiedAt: Int64

    /// - Parameters:
    ///   - record: what was stored; nil = nothing was.
    ///   - shardCounts: of a new cluster; a stored record keeps its own.
    ///   - bootstrap: ignored when shards have owners already.
    ///   - rebalancesByItself: a new instance gets its share of the shards without being asked.
    ///   - freshClusterID: becomes the cluster's name if this start bootstraps one.
    package init(
        record: BrokerRecord?, shardCounts: ShardCounts, configuration: ClusterConfiguration,
        bootstrap: BootstrapPlan?, freshClusterID: String, nonce: UInt64, now: Int64,
        wall: Timestamp, rebalancesByItself: Bool = true
    ) {
        self.rebalancesByItself = rebalancesByItself
        balancedAt = now
        self.record =
            record ?? BrokerRecord(configuration: configuration, shardCounts: shardCounts)
        self.nonce = nonce
        startedAt = now
        startedAtWall = wall
        youngUntil = now + BrokerMachine.youngFor.rawValue
        emptiedAt = now
        if self.record.configuration != configuration {
            self.record.configuration = configuration
            effects.mustStore = record != nil
        }
        for member in self.record.members { addSlot(member.name, member.tier) }
        for tier in Tier.allCases {
            for name in self.record.placement.instances(in: tier) where slotByName[name] == nil {
                addSlot(name, tier)
            }
        }
        rebuildOwnerSlots()
        start(bootstrap, freshClusterID: freshClusterID)
    }

    private mutating func start(_ plan: BootstrapPlan?, freshClusterID: String) {
        guard record.placement.isEmpty else {
            if plan != nil {
                note(.info, "bootstrap is ignored: a placement is stored")
            }
            return
        }
        guard let plan else {
            note(
                .warning,
                "no placement is stored and no bootstrap was asked for: "
                    + "shards are served only as instances claim them")
            return
        }
        if record.clusterID == nil { record.clusterID = freshClusterID }
        bootstrap = .waiting(plan, lastSaid: nil)
    }

    static let youngFor = Milliseconds.seconds(5)
    static let behindAfter = Milliseconds.seconds(2)
    static let sayMissingEvery = Milliseconds.seconds(10)
    /// A pause of more than this makes the broker young again.
    package static let pauseMin = Milliseconds.seconds(2)

    // MARK: what the caller carries out

    /// Hands out what is to be done, once.
    package mutating func takeEffects() -> BrokerEffects {
        let taken = effects
        effects = BrokerEffects()
        return taken
    }

    /// The connection of the instance in a slot; nil when it is not present.
    package func routingID(of slot: Int) -> [UInt8]? { instances[slot].connection?.routingID }

    /// The connections of all present instances, in slot order.
    package var presentRoutingIDs: [[UInt8]] {
        instances.compactMap { $0.connection?.routingID }
    }

    /// The connection of another process that holds this name now: to be probed before a
    /// registration is judged, because a connection that broke is only found by sending.
    package func rival(of registration: Registration) -> (slot: Int, routingID: [UInt8])? {
        guard let slot = slotByName[registration.instance],
            let connection = instances[slot].connection,
            connection.processNonce != registration.processNonce
        else { return nil }
        return (slot, connection.routingID)
    }

    // MARK: time

    /// Judges silence and says who is missing. Called about ten times a second.
    package mutating func tick(now: Int64, wall: Timestamp) {
        for slot in instances.indices {
            guard let connection = instances[slot].connection,
                now - connection.heardAt >= Limits.lostAfter.rawValue
            else { continue }
            lose(
                slot, at: connection.heardAt, wall: connection.heardAtWall, why: "no beat for 10 s")
        }
        sayWhoIsMissing(now: now)
        endLongHolds(now: now)
        probeNewOwners()
        tendBalance(now: now)
    }

    /// The broker itself stood still for so long: nobody's silence counts for that time.
    package mutating func wasPaused(milliseconds: Int64, now: Int64) {
        youngUntil = now + BrokerMachine.youngFor.rawValue
        for slot in instances.indices {
            instances[slot].withConnection { $0.heardAt = min(now, $0.heardAt + milliseconds) }
            instances[slot].withConnection { $0.steadySince = now }
        }
        note(.warning, "the broker was paused", ["milliseconds": "\(milliseconds)"])
    }

    /// Nothing is left to read on the client socket.
    package mutating func clientSocketWasEmptied(now: Int64) { emptiedAt = now }

    /// A send to the instance failed: it is lost at once.
    package mutating func sendFailed(to slot: Int, now: Int64, wall: Timestamp) {
        lose(slot, at: now, wall: wall, why: "its connection is gone")
    }

    mutating func lose(_ slot: Int, at time: Int64, wall: Timestamp, why: String) {
        guard let connection = instances[slot].connection else { return }
        slotByRoutingID[connection.routingID] = nil
        instances[slot].presence = .lost(at: time, wall: wall, connection)
        instances[slot].hasStopped = connection.isEnding
        unholdMoves(of: instances[slot].name)
        thawMoves(to: instances[slot].name, why: "\(instances[slot].name) is gone: \(why)")
        note(
            connection.isStopping ? .info : .warning, "instance lost",
            ["instance": instances[slot].name.text, "why": why])
    }

    // MARK: bookkeeping

    /// Counts a refusal that the caller made or passed on.
    package mutating func count(_ code: Refusal.Code) {
        guard let index = Refusal.Code.allCases.firstIndex(of: code) else { return }
        refusals[index] += 1
    }

    @discardableResult
    mutating func addSlot(_ name: InstanceName, _ tier: Tier) -> Int {
        instances.append(BrokerInstance(name: name, tier: tier))
        slotByName[name] = instances.count - 1
        return instances.count - 1
    }

    /// Takes over a changed placement: a new version, stored before it is told.
    mutating func placementChanged() {
        record.placement.version += 1
        rebuildOwnerSlots()
        effects.mustStore = true
        effects.tellsPlacement = true
    }

    private mutating func rebuildOwnerSlots() {
        ownerSlots = Tier.allCases.map { tier in
            (0..<record.placement.shardCounts[tier]).map { index in
                let shard = ShardID(tier: tier, index: UInt16(index))
                return record.placement[shard].flatMap { slotByName[$0.instance] } ?? -1
            }
        }
    }

    mutating func note(
        _ level: BrokerNote.Level, _ sentence: String, _ details: [String: String] = [:]
    ) {
        effects.notes.append(BrokerNote(level, sentence, details))
    }

    /// "12 s": a span in a sentence.
    static func span(_ milliseconds: Int64) -> String { "\(max(0, milliseconds) / 1000) s" }
}
