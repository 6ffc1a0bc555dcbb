import Msgpack
import TwinCore
import TwinRuntime
import TwinStore

extension SimulatedInstance: SimulatedInstanceProcess {
    var tier: Tier { Service.Twin.tier }
    var owedCount: Int { cycle?.core.owing.count ?? 0 }

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
            ("debts", core.owing.count, twinCount * (Limits.formerRacksMax + 2)),
        ]
    }

    var positions: [(shard: UInt16, epoch: Epoch, position: Position)] {
        // In place: a copy of the core would cost more than everything that is asked of it.
        var positions: [(shard: UInt16, epoch: Epoch, position: Position)] = []
        let count = cycle?.core.shards.count ?? 0
        for index in 0..<count {
            guard let epoch = cycle?.core.shards[index]?.epoch,
                let position = cycle?.core.shards[index]?.position
            else { continue }
            positions.append((UInt16(index), epoch, position))
        }
        return positions
    }

    private var twinCount: Int {
        cycle?.core.shards.reduce(0) { $0 + ($1?.twinCount ?? 0) } ?? 0
    }

    // MARK: replay

    func checkReplay() {
        guard isQuiet, let live = cycle?.core else { return }
        do {
            let names = Self.differences(live, try recoveredCopy(from: disk))
            guard !names.isEmpty else { return }
            world.fail(
                "replay",
                "\(name): a second process that recovered from the same files differs "
                    + "in \(names.prefix(4).joined(separator: "; "))")
        } catch {
            world.fail("replay", "\(name): its files cannot be recovered: \(error)")
        }
    }

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
            copy = try recoveredCopy(from: damaged)
        } catch {
            // Found and said: all that is wanted.
            return world.counts.flipsFound += 1
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
        let left = durableState(of: live)
        let right = durableState(of: found)
        return Set(left.keys).union(right.keys).filter { left[$0] != right[$0] }.sorted()
    }

    /// Everything of a core that must survive, by name, in bytes.
    private static func durableState(of core: InstanceCore<Service>) -> [String: [UInt8]] {
        var parts: [String: [UInt8]] = [:]
        for index in core.ownedIndices {
            guard let shard = core.shards[index] else { continue }
            let name = "\(shard.id) epoch \(shard.epoch)"
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
