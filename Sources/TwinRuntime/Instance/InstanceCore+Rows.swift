internal import Msgpack
internal import TwinCore
internal import TwinWire

/// Rows behind the journal: a bounded slice of what changed longest ago, encoded in the turn and
/// written after the turn is durable, so that no row is ever ahead of the journal.
extension InstanceCore {
    /// - Parameter recordBytes: of the turn's record; nil when it has none.
    mutating func nextSlice(recordBytes: Int?, journalBytes: UInt64) -> PendingSlice? {
        slicing.noteJournalled(recordBytes ?? 0, journalBytes: journalBytes)
        guard !slicing.isInFlight else { return nil }
        let isHurried = slicing.isHurried && !isStopping
        guard isHurried || isStopping || clock.monotonic >= slicing.notBefore else { return nil }
        guard hasUnsavedChange() else { return nil }
        var slice = PendingSlice(journalFrom: 0, savedAt: time.wall)
        slice.isHurried = isHurried
        gatherTwins(
            into: &slice, bytesMax: isHurried ? slicing.bytesAsked : Slicing.twinBytesPerSliceMax)
        slice.alerts = alerts.unsaved(limit: Slicing.alertsPerSliceMax)
        slicing.alertsInFlight = slice.alerts.count
        let next = recordBytes == nil ? record : record + 1
        slice.journalFrom = oldestNeededRecord(skippingAlerts: slice.alerts.count, next: next)
        gatherHeaders(
            into: &slice, next: next,
            most: isStopping
                ? .max
                : 1 + shards.count
                    / (isHurried ? Slicing.hurriedSlicesPerHeader : Slicing.slicesPerHeader))
        slicing.isInFlight = true
        slicing.notBefore = clock.monotonic + slicing.pause.rawValue
        return slice
    }

    /// The slice is in the rows; its alerts may leave memory.
    package mutating func sliceSaved() {
        slicing.isInFlight = false
        alerts.saved(slicing.alertsInFlight)
        slicing.alertsInFlight = 0
    }

    /// True when nothing is left to write behind.
    /// Changes nothing (see `Shard.glance`).
    package mutating func isSaved() -> Bool { !slicing.isInFlight && !hasUnsavedChange() }

    private mutating func hasUnsavedChange() -> Bool {
        if alerts.oldestUnsavedRecord != nil { return true }
        for index in shards.indices {
            guard let glance = shards[index]?.glance() else { continue }
            let saved = slicing.savedHeaders[UInt16(index)]?.position
            if glance.hasUnsavedTwins || saved != glance.position { return true }
        }
        return departures.contains { index, departure in
            guard let shard = departure.shard else { return false }
            let saved = slicing.savedHeaders[index]
            return shard.dirty.first != nil || !shard.removed.isEmpty
                || saved?.position != shard.position
                || saved?.custody != custody(of: Int(index))
        }
    }

    private mutating func gatherTwins(into slice: inout PendingSlice, bytesMax: Int) {
        // Oldest first over all shards: what is left decides where replay starts.
        for index in shards.indices where shards[index]?.glance().hasUnsavedTwins == true {
            for removed in shards[index]?.removed ?? [] {
                slice.twins.append(tombstone(of: removed, in: index))
            }
            shards[index]?.removed.removeAll()
        }
        gatherDepartures(into: &slice)
        var oldest = shards.indices.map { oldestDirtyRecord(of: $0) ?? .max }
        var bytes = 0
        defer { slicing.noteSliced(bytes) }
        while slice.twins.count < Slicing.twinsPerSliceMax, bytes < bytesMax,
            let index = oldest.indexOfLeast, let entry = shards[index]?.dirty.popFirst()
        {
            oldest[index] = oldestDirtyRecord(of: index) ?? .max
            guard let twin = shards[index]?.slots[entry.slot].twin,
                twin.ordinal == entry.ordinal
            else { continue }
            let row = row(of: twin, slot: entry.slot, in: index)
            bytes += row.state?.count ?? 0
            slice.twins.append(row)
            shards[index]?.slots[entry.slot].dirtySince = nil
        }
    }

    private mutating func oldestDirtyRecord(of index: Int) -> UInt64? {
        shards[index]?.glance().oldestDirtyRecord
    }

    /// What is behind of shards that are not served any more: few twins, copied a moment ago.
    private mutating func gatherDepartures(into slice: inout PendingSlice) {
        for (index, departure) in departures.sorted(by: { $0.key < $1.key }) {
            guard let shard = departure.shard else { continue }
            for removed in shard.removed {
                slice.twins.append(tombstone(of: removed, in: Int(index)))
            }
            departures[index]?.shard?.removed.removeAll()
            while slice.twins.count < Slicing.twinsPerSliceMax,
                let entry = departures[index]?.shard?.dirty.popFirst()
            {
                guard let twin = shard.slots[entry.slot].twin, twin.ordinal == entry.ordinal
                else { continue }
                slice.twins.append(row(of: twin, slot: entry.slot, in: Int(index)))
                departures[index]?.shard?.slots[entry.slot].dirtySince = nil
            }
        }
    }

    private func row(of twin: Twin, slot: Int, in index: Int) -> PendingTwinRow {
        PendingTwinRow(
            shard: UInt16(index), epoch: keptEpoch(index),
            position: shards[index]?.slots[slot].position
                ?? departures[UInt16(index)]?.shard?.slots[slot].position ?? .none,
            ordinal: twin.ordinal,
            key: twin.key, status: twin.statusWord, generation: Service.generation(of: twin),
            incidents: twin.book.opened.map(twin.book.snapshot), state: Payload.pack(twin))
    }

    private func keptEpoch(_ index: Int) -> Epoch {
        shards[index]?.epoch ?? departures[UInt16(index)]?.shard?.epoch ?? .none
    }

    private func tombstone(of removed: RemovedTwin, in index: Int) -> PendingTwinRow {
        PendingTwinRow(
            shard: UInt16(index), epoch: keptEpoch(index),
            position: removed.position, ordinal: removed.ordinal, key: removed.key,
            status: "removed", generation: 0, incidents: [], state: nil)
    }

    private mutating func oldestNeededRecord(skippingAlerts count: Int, next: UInt64) -> UInt64 {
        var oldest = next
        for index in shards.indices {
            if let record = oldestDirtyRecord(of: index) { oldest = min(oldest, record) }
        }
        for departure in departures.values {
            if let record = departure.shard?.dirty.first?.record { oldest = min(oldest, record) }
        }
        return min(oldest, alerts.oldestUnsavedRecord(skipping: count) ?? next)
    }

    /// The rows of the shards that are longest behind, and of those that must not wait: that have
    /// none yet or lack what the twins of this slice refer to. For the others `journalFrom` goes
    /// back as far as they need; shards whose conditions replay would miss then are written too.
    private mutating func gatherHeaders(
        into slice: inout PendingSlice, next: UInt64, most: Int
    ) {
        var isChosen = Array(repeating: false, count: shards.count)
        // Replay passes over what removed a twin once its tombstone stands, and with it over the
        // numbers that the shard took over.
        for twin in slice.twins where twin.state == nil { isChosen[Int(twin.shard)] = true }
        var behind: [Int] = []
        for index in shards.indices {
            let parted = departures[UInt16(index)]?.shard
            guard let position = shards[index]?.position ?? parted?.position else { continue }
            let sets = shards[index]?.metricSets.count ?? parted?.metricSets.count
            let saved = slicing.savedHeaders[UInt16(index)]
            // Who may serve a shard is in its row before the journal forgets it.
            if saved == nil || saved?.metricSets != sets || saved?.custody != custody(of: index) {
                isChosen[index] = true
            } else if saved?.position == position {
                // Nothing happened to it since: whatever comes, its row needs no earlier record.
                slicing.savedHeaders[UInt16(index)]?.next = next
            } else if !isChosen[index] {
                behind.append(index)
            }
        }
        // Ties keep the order of the shards.
        behind.sort { (nextRecord(of: $0), $0) < (nextRecord(of: $1), $1) }
        for index in behind.prefix(most) { isChosen[index] = true }
        for index in behind.dropFirst(most) {
            slice.journalFrom = min(slice.journalFrom, nextRecord(of: index))
        }
        for index in shards.indices
        where isChosen[index]
            || shards[index]?.headerIsOld(neededFrom: slice.journalFrom) == true
            || departures[UInt16(index)]?.shard?.headerIsOld(
                neededFrom: slice.journalFrom) == true
        {
            gatherHeader(of: index, into: &slice, next: next)
        }
    }

    /// The first journal record that the saved row of a shard does not reflect.
    private func nextRecord(of index: Int) -> UInt64 {
        slicing.savedHeaders[UInt16(index)]?.next ?? 0
    }

    private mutating func gatherHeader(
        of index: Int, into slice: inout PendingSlice, next: UInt64
    ) {
        guard let header = header(of: index, neededFrom: slice.journalFrom) else { return }
        let custody = custody(of: index)
        slicing.savedHeaders[UInt16(index)] = Slicing.SavedHeader(
            position: header.position, next: next, metricSets: header.metricSets.count,
            custody: custody)
        slice.shards.append(
            PendingShardRow(
                shard: UInt16(index), epoch: header.epoch,
                position: header.conditionsPosition, state: Payload.pack(header),
                custody: custody))
    }

    private mutating func header(of index: Int, neededFrom record: UInt64) -> ShardHeader? {
        shards[index]?.header(neededFrom: record, running: time.running)
            ?? departures[UInt16(index)]?.shard?.header(
                neededFrom: record, running: time.running)
    }
}

extension [UInt64] {
    /// The first place of the least element; nil of an empty array.
    fileprivate var indexOfLeast: Int? { indices.min { self[$0] < self[$1] } }
}
