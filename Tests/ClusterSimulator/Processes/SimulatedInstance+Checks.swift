import Msgpack
import TwinCore
import TwinRuntime
import TwinStore

extension SimulatedInstance: SimulatedInstanceProcess {
    var tier: Tier { Service.Twin.tier }
    var runningName: InstanceName? { cycle?.core.name }
    var owedCount: Int { cycle?.core.owing.count ?? 0 }

    var givenAway: [UInt16] { cycle?.core.givenAway ?? [] }

    var unreleased: [UInt16] {
        guard let core = cycle?.core else { return [] }
        let given = core.givenAway
        return core.keptIndices.map(UInt16.init).filter { !given.contains($0) }
    }

    var isMember: Bool {
        guard case .member = cycle?.core.membership else { return false }
        return true
    }

    var queues: [(name: String, count: Int, limit: Int)] {
        guard let core = cycle?.core else { return [] }
        return [
            (
                "unknown reporters", core.unknownReporters.reporters.count,
                Limits.unknownReportersMax
            ),
            ("alert waiters", core.waiterCount, Limits.alertWaitersMax),
            // One slice at a time; a longer queue of them would have no bound.
            ("unwritten slices", sliceMost, 1),
            ("debts", core.owing.count, debtsMax(for: core.owing.count)),
        ]
    }

    /// What the instance may owe when it owes `count`: twins are counted only when that matters.
    private func debtsMax(for count: Int) -> Int {
        // What a shard that moved away had in flight ends with its answer.
        let parting = world.instances.count { $0.tier == tier.parent } * Limits.statusesPerBatchMax
        return count <= parting ? parting : parting + twinCount * (Limits.formerRacksMax + 2)
    }

    var positions: [(shard: UInt16, epoch: Epoch, position: Position)] {
        withCore { $0.positionsInPlace() } ?? []
    }

    private var twinCount: Int {
        servedSlots.reduce(0) { sum, shard in sum + shard.slots.count { $0.twin != nil } }
    }

    /// The present twin of a key; nil when the shard is not served here or has none.
    func twin(_ key: TwinKey, in shard: Int) -> Service.Twin? {
        withCore { $0.twinInPlace(key, in: shard) } ?? nil
    }

    /// The slots of each shard that it serves, by shard index: to look at twins where they lie.
    var servedSlots: [(shard: Int, slots: [Shard<Service.Twin>.Slot])] {
        let count = cycle?.core.shards.count ?? 0
        return (0..<count).compactMap { index in
            guard let slots = cycle?.core.shards[index]?.slots else { return nil }
            return (index, slots)
        }
    }

    // MARK: replay

    /// A second core that recovers from what a process would find now.
    private func recoveredCopy(
        from disk: MemoryDisk, after outage: Outage, replays: Bool = true
    ) throws -> InstanceCore<Service> {
        let files = disk.copy(after: outage)
        let tables = rows.copy(after: outage)
        let meta = tables.meta()
        let journal = try Journal(
            on: files, segmentBytes: segmentBytes, salt: 1, knownDurable: meta.durable)
        var core = InstanceCore<Service>(
            name: try InstanceName(name), softwareVersion: "1.0.0", processNonce: 1,
            identity: identity, running: .zero, nextRecord: journal.lastRecord.rawValue + 1)
        let from = replays ? meta.journalFrom : journal.lastRecord.next
        _ = try Recovery.run(&core, rows: tables, journal: journal, from: from)
        return core
    }

    func checkReplay(after outage: Outage) {
        guard isQuiet, let live = cycle?.core else { return }
        do {
            let copy = try recoveredCopy(from: disk, after: outage)
            var names = Self.differences(live, copy)
            // One that was given up may come back with a power cut: nobody serves it.
            let found = copy.candidates.map { "\($0)" }
            names += live.candidates.map { "\($0)" }.filter { !found.contains($0) }
            guard !names.isEmpty else { return }
            world.fail(
                "replay",
                "\(name): a second process that recovered from the same files after "
                    + "\(outage) differs in \(names.prefix(4).joined(separator: "; "))")
        } catch {
            world.fail(
                "replay", "\(name): its files cannot be recovered after \(outage): \(error)")
        }
    }

    // MARK: moves

    func checkTaken(_ shard: UInt16, from other: any SimulatedInstanceProcess) {
        let index = Int(shard)
        guard let other = other as? SimulatedInstance<Service>, let left = other.cycle?.core,
            case .released(let to, let epoch, _) = left.custody(of: index), to.text == name,
            let given = left.kept(index), let taken = cycle?.core.shards[index],
            taken.epoch == epoch
        else { return }
        for slot in given.slots {
            guard let twin = slot.twin else { continue }
            guard let found = taken.slots.first(where: { $0.twin?.ordinal == twin.ordinal }) else {
                // Of the twins only a server's outlives its last input by so much.
                guard tier == .server else { continue }
                return world.fail("owners", "\(name) took over \(given.id) without \(twin.key)")
            }
            let isSame = found.position == slot.position
            guard
                found.position < slot.position
                    || isSame && found.twin.map(Self.packed) != Self.packed(twin)
            else { continue }
            return world.fail(
                "owners",
                "\(name) took over \(given.id) with \(twin.key) at position \(found.position), "
                    + "\(other.name) gave it away "
                    + (isSame ? "with another state" : "at \(slot.position)"))
        }
    }

    // MARK: sight and timers

    var sights: [(shard: UInt16, isObserving: Bool, floor: Elapsed, elapsed: Elapsed)] {
        withCore { $0.sightsInPlace() } ?? []
    }

    var overdue: (twin: String, milliseconds: Int64)? {
        withCore { core in
            core.awaitsEpochs ? nil : core.overdueInPlace(by: Self.timerSlack)
        } ?? nil
    }

    /// A timer that stays due fires again after a beat; a turn takes at most a second of time.
    private static var timerSlack: Milliseconds { .seconds(5) }

    func checkBitFlip(draw: UInt64) {
        guard isQuiet, let live = cycle?.core else { return }
        let damaged = disk.copy(after: .processCrash)
        let segments = damaged.names().filter { $0.hasSuffix(".seg") }
        guard !segments.isEmpty else { return }
        do {
            let name = segments[Int(draw % UInt64(segments.count))]
            let size = try damaged.contents(of: name).count
            try damaged.flip(
                bit: Int(draw >> 8 & 7), of: name, at: Int((draw >> 16) % UInt64(size)))
        } catch {
            return world.fail("bit flip", "\(name): \(error)")
        }
        let copy: InstanceCore<Service>
        do {
            copy = try recoveredCopy(from: damaged, after: .processCrash)
        } catch {
            // Found and said: all that is wanted.
            guard saboteur.overlooksDamage else { return world.counts.flipsFound += 1 }
            do {
                copy = try recoveredCopy(from: disk, after: .processCrash, replays: false)
            } catch {
                return world.fail("bit flip", "\(name): \(error)")
            }
        }
        let names = Self.differences(live, copy)
        guard !names.isEmpty else { return world.counts.flipsHarmless += 1 }
        world.fail(
            "bit flip",
            "\(name): a start took damaged files without a word, and differs in "
                + "\(names.prefix(4).joined(separator: "; "))")
    }

    /// The names of what differs between two cores; empty = equal bit by bit.
    private static func differences(
        _ live: InstanceCore<Service>, _ found: InstanceCore<Service>
    ) -> [String] {
        guard !isSame(live, found) else { return [] }
        let left = durableState(of: live)
        let right = durableState(of: found)
        return Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }.sorted()
    }

    /// Whether two cores are equal in all that `durableState` names: equal twins encode alike. To
    /// name and encode everything costs several times as much.
    private static func isSame(
        _ live: InstanceCore<Service>, _ found: InstanceCore<Service>
    ) -> Bool {
        live.keptIndices == found.keptIndices
            && live.keptIndices.allSatisfy { index in
                guard let left = live.kept(index), let right = found.kept(index) else {
                    return false
                }
                return live.custody(of: index) == found.custody(of: index)
                    && isSame(left, right)
            }
    }

    private static func isSame(
        _ left: Shard<Service.Twin>, _ right: Shard<Service.Twin>
    ) -> Bool {
        guard left.id == right.id, left.epoch == right.epoch, left.position == right.position,
            left.nextOrdinal == right.nextOrdinal,
            left.highestIncident == right.highestIncident,
            left.alertSequence == right.alertSequence,
            left.elapsedOffset == right.elapsedOffset, left.conditions == right.conditions,
            left.metricSets == right.metricSets, left.profiles == right.profiles,
            left.twinCount == right.twinCount
        else { return false }
        return left.slots.allSatisfy { slot in
            guard let twin = slot.twin else { return true }
            guard let place = right.find(twin.key) else { return false }
            return right.slots[place].position == slot.position
                && right.slots[place].twin == twin
        }
    }

    /// Everything of a core that must survive, by name, in bytes.
    private static func durableState(of core: InstanceCore<Service>) -> [String: [UInt8]] {
        var parts: [String: [UInt8]] = [:]
        for index in core.keptIndices {
            guard let shard = core.kept(index) else { continue }
            let name = "\(shard.id) \(core.custody(of: index)) epoch \(shard.epoch)"
            parts["\(name) position \(shard.position)"] = []
            parts["\(name) next ordinal \(shard.nextOrdinal)"] = []
            parts["\(name) highest incident \(shard.highestIncident)"] = []
            parts["\(name) alerts \(shard.alertSequence)"] = []
            parts["\(name) offset \(shard.elapsedOffset)"] = []
            parts["\(name) conditions"] = Self.packed(shard.conditions)
            parts["\(name) metric sets"] = Self.packed(shard.metricSets)
            parts["\(name) profiles"] = Self.packed(shard.profiles)
            for slot in shard.slots {
                guard let twin = slot.twin else { continue }
                parts["\(name) \(twin.key) \(twin.ordinal) at \(slot.position)"] =
                    Self.packed(twin)
            }
        }
        return parts
    }

    private static func packed<Value: Encodable>(_ value: Value) -> [UInt8] {
        do {
            return try MsgpackEncoder.encode(value)
        } catch {
            return Array("\(error)".utf8)
        }
    }
}
