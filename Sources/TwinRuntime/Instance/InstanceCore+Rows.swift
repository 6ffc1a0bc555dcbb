internal import Msgpack
internal import TwinCore
internal import TwinWire

/// Rows behind the journal: a bounded slice of what changed longest ago, encoded in the turn and
/// written after the turn is durable, so that no row is ever ahead of the journal.
extension InstanceCore {
    mutating func nextSlice(isRecorded: Bool, journalBytes: UInt64) -> PendingSlice? {
        guard !slicing.isInFlight else { return nil }
        let isHurried = isStopping || journalBytes > Limits.journalBytesMax / 2
        guard isHurried || clock.monotonic >= slicing.notBefore else { return nil }
        guard hasUnsavedChange else { return nil }
        var slice = PendingSlice(journalFrom: 0, savedAt: time.wall)
        gatherTwins(into: &slice)
        slice.alerts = alerts.unsaved(limit: Slicing.alertsPerSliceMax)
        slicing.alertsInFlight = slice.alerts.count
        slice.journalFrom = oldestNeededRecord(
            skippingAlerts: slice.alerts.count, next: isRecorded ? record + 1 : record)
        gatherHeaders(into: &slice)
        slicing.isInFlight = true
        slicing.notBefore = clock.monotonic + Slicing.interval.rawValue
        return slice
    }

    /// The slice is in the rows; its alerts may leave memory.
    package mutating func sliceSaved() {
        slicing.isInFlight = false
        alerts.saved(slicing.alertsInFlight)
        slicing.alertsInFlight = 0
    }

    /// True when nothing is left to write behind.
    package var isSaved: Bool { !slicing.isInFlight && !hasUnsavedChange }

    private var hasUnsavedChange: Bool {
        if alerts.oldestUnsavedRecord != nil { return true }
        return shards.indices.contains { index in
            guard let shard = shards[index] else { return false }
            return shard.dirty.count > 0 || !shard.removed.isEmpty
                || slicing.savedHeaders[UInt16(index)]?.position != shard.position
        }
    }

    private mutating func gatherTwins(into slice: inout PendingSlice) {
        // Oldest first over all shards: what is left decides where replay starts.
        for index in shards.indices where shards[index]?.removed.isEmpty == false {
            for removed in shards[index]?.removed ?? [] {
                slice.twins.append(tombstone(of: removed, in: index))
            }
            shards[index]?.removed.removeAll()
        }
        var oldest = shards.indices.map { shards[$0]?.dirty.first?.record ?? .max }
        var bytes = 0
        while slice.twins.count < Slicing.twinsPerSliceMax, bytes < Slicing.twinBytesPerSliceMax,
            let index = oldest.indexOfLeast, let entry = shards[index]?.dirty.popFirst()
        {
            oldest[index] = shards[index]?.dirty.first?.record ?? .max
            guard let twin = shards[index]?.slots[entry.slot].twin,
                twin.ordinal == entry.ordinal
            else { continue }
            let row = row(of: twin, slot: entry.slot, in: index)
            bytes += row.state?.count ?? 0
            slice.twins.append(row)
            shards[index]?.slots[entry.slot].dirtySince = nil
        }
    }

    private func row(of twin: Twin, slot: Int, in shard: Int) -> PendingTwinRow {
        PendingTwinRow(
            shard: UInt16(shard), epoch: shards[shard]?.epoch ?? .none,
            position: shards[shard]?.slots[slot].position ?? .none, ordinal: twin.ordinal,
            key: twin.key, status: twin.statusWord, generation: Service.generation(of: twin),
            incidents: twin.book.opened.map(twin.book.snapshot), state: Payload.pack(twin))
    }

    private func tombstone(of removed: RemovedTwin, in shard: Int) -> PendingTwinRow {
        PendingTwinRow(
            shard: UInt16(shard), epoch: shards[shard]?.epoch ?? .none,
            position: removed.position, ordinal: removed.ordinal, key: removed.key,
            status: "removed", generation: 0, incidents: [], state: nil)
    }

    private func oldestNeededRecord(skippingAlerts count: Int, next: UInt64) -> UInt64 {
        var oldest = next
        for shard in shards {
            if let record = shard?.dirty.first?.record { oldest = min(oldest, record) }
        }
        return min(oldest, alerts.oldestUnsavedRecord(skipping: count) ?? next)
    }

    private mutating func gatherHeaders(into slice: inout PendingSlice) {
        for index in shards.indices {
            guard
                let header = shards[index]?.header(
                    neededFrom: slice.journalFrom, running: time.running)
            else { continue }
            let saved = Slicing.SavedHeader(
                position: header.position, conditionsPosition: header.conditionsPosition)
            guard slicing.savedHeaders[UInt16(index)] != saved else { continue }
            slicing.savedHeaders[UInt16(index)] = saved
            slice.shards.append(
                PendingShardRow(
                    shard: UInt16(index), epoch: header.epoch,
                    position: header.conditionsPosition, state: Payload.pack(header)))
        }
    }
}

extension [UInt64] {
    /// The first place of the least element; nil of an empty array.
    fileprivate var indexOfLeast: Int? { indices.min { self[$0] < self[$1] } }
}
