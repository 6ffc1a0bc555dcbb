/// Which shards that were open before nobody hears now: absent or blind ones.
package struct ObservationReport: Equatable, Sendable, Codable {
    package var servers: ShardSet
    package var racks: ShardSet

    package init(servers: ShardSet = ShardSet(), racks: ShardSet = ShardSet()) {
        self.servers = servers
        self.racks = racks
    }

    package var isEmpty: Bool { servers.isEmpty && racks.isEmpty }

    /// `12 server shards and 3 rack shards`.
    package var phrase: String {
        "\(servers.count) server shards and \(racks.count) rack shards"
    }
}

/// How long we have not been listening: on end, and in sum over the last ten minutes.
///
/// The sum is kept in slots of ten seconds, so the memory is bounded however often it flaps.
package struct DatacenterObservation: Equatable, Sendable, Codable {
    private static let slotMilliseconds: Int64 = 10_000
    private static let slotCount = Int(
        Limits.observationLostSumWindow.rawValue / slotMilliseconds)

    package private(set) var report = ObservationReport()
    /// Since when something is lost without a break; nil while everything is heard.
    package private(set) var lostSince: Elapsed?
    /// Lost milliseconds per slot, the newest last.
    private var slots: [Int64] = []
    private var newestSlot: Int64 = 0
    private var countedTo = Elapsed.zero

    package init() {}

    /// Takes a new report at `now`.
    package mutating func take(_ newer: ObservationReport, at now: Elapsed) {
        count(to: now)
        report = newer
        if newer.isEmpty {
            lostSince = nil
        } else if lostSince == nil {
            lostSince = now
        }
    }

    /// Whether it is lost long enough to be an incident.
    package mutating func isLost(at now: Elapsed) -> Bool {
        count(to: now)
        guard let lostSince else { return false }
        return now - lostSince >= Limits.observationLostAfter
            || sum >= Limits.observationLostSum.rawValue
    }

    /// When `isLost` may become true; nil while nothing is lost, and once it is true: it stays so
    /// until everything is heard.
    package func nextDue(after now: Elapsed) -> Elapsed? {
        let missing = Limits.observationLostSum.rawValue - sum
        guard let lostSince, missing > 0 else { return nil }
        let onEnd = lostSince + Limits.observationLostAfter
        let inSum = now + Milliseconds(rawValue: missing)
        let due = min(onEnd, inSum)
        return due > now ? due : nil
    }

    private var sum: Int64 { slots.reduce(0, +) }

    /// Books the time since the last count to the slots, as lost or as heard.
    private mutating func count(to now: Elapsed) {
        let oldest = now.milliseconds - Limits.observationLostSumWindow.rawValue
        var from = max(countedTo.milliseconds, oldest)
        while from < now.milliseconds {
            let slot = from / DatacenterObservation.slotMilliseconds
            let end = min((slot + 1) * DatacenterObservation.slotMilliseconds, now.milliseconds)
            turn(to: slot)
            if lostSince != nil { slots[slots.count - 1] += end - from }
            from = end
        }
        countedTo = max(countedTo, now)
    }

    private mutating func turn(to slot: Int64) {
        if slots.isEmpty || slot - newestSlot >= Int64(DatacenterObservation.slotCount) {
            slots = [0]
        } else {
            for _ in newestSlot..<max(slot, newestSlot) { slots.append(0) }
            slots.removeFirst(max(0, slots.count - DatacenterObservation.slotCount))
        }
        newestSlot = max(slot, newestSlot)
    }
}
