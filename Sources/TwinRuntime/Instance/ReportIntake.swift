internal import Msgpack
internal import TwinCore
internal import TwinStore
internal import TwinWire

/// Reports on their way to their twins: the map form for people, the packed form for daemons.
///
/// One bad report never spoils its neighbours; nothing is allocated per report of the packed form
/// while its metric set and profile are known and no incident changes.
package enum ReportIntake {
    typealias Core = InstanceCore<ServerService>

    // MARK: one report as a map

    static func single(
        _ request: Request, _ payload: Span<UInt8>, _ core: inout Core
    ) throws(Refusal) {
        let body = try Payload.unpack(ReportRequest.self, from: payload, of: .report)
        let address = try core.address(of: request)
        let report = try NamedReport(body, now: core.time.wall)
        let shard = try core.ownedShard(of: address.key)
        guard let slot = core.shards[shard]?.find(address.key) else {
            core.unknownReporters.note(address.key, at: core.time.wall)
            throw core.unknown(address)
        }
        let numbers = try numbers(of: report.header, in: shard, &core)
        let values = core.arena.count..<(core.arena.count + report.values.count)
        core.arena.append(contentsOf: report.values)
        let outcome = try deliver(
            at: report.header.baseTime, flags: report.flags, values: values,
            devices: report.devices, numbers: numbers, shard: shard, slot: slot, &core)
        core.reply(
            to: request,
            with: ReportReply(
                address: address, outcome: outcome, position: core.position(of: shard)))
    }

    // MARK: a packed batch

    /// One entry of a batch on its way from its bytes to its twin.
    private struct Arrival {
        let index: Int
        /// Where they stand in the payload.
        let key: Range<Int>
        let values: Range<Int>
        let at: Timestamp
        let flags: ReportFlags
        let devices: [WorstDevice]
        let crc: UInt32
        let shard: Int
        var place = ReportPlace.elsewhere
        /// A word of the twin, read early.
        var glance: UInt64 = 0
    }

    /// What ended the gathering of arrivals.
    private enum Gathered {
        /// There are as many as are taken together, or no more.
        case all
        /// This entry is bad in itself.
        case bad(Int, Refusal)
        /// The bytes are no msgpack from here on.
        case broken(Refusal)
    }

    /// So many entries are decoded, found and then stepped: few enough to stay in the first cache.
    private static let arrivalsTogether = 64

    static func batch(
        _ request: Request, _ payload: Span<UInt8>, _ core: inout Core
    ) throws(Refusal) {
        var reader = try ReportBatchReader(payload)
        var answer = ReportBatchReply()
        let header = reader.header
        core.reportNumbers.begin(header, shardCount: core.shards.count)
        var arrivals: [Arrival] = []
        arrivals.reserveCapacity(min(arrivalsTogether, reader.count))
        let isPlaced = core.placement != nil
        loop: while reader.index < reader.count {
            // Bytes that end the process while they are read are the message's, not a neighbour's.
            core.inHand?.inputDone()
            arrivals.removeAll(keepingCapacity: true)
            let gathered = gather(&reader, into: &arrivals, shards: core.shards.count)
            if isPlaced { find(&arrivals, payload, &core) }
            let found = arrivals.span
            for place in found.indices {
                do throws(Refusal) {
                    guard isPlaced else { throw unregistered(core) }
                    answer.take(try take(found[place], payload, of: header, &core))
                } catch {
                    answer.refuse(found[place].index, error)
                }
            }
            switch gathered {
            case .all: continue
            case .bad(let index, let refusal): answer.refuse(index, refusal)
            case .broken(let refusal):
                answer.refuse(entries: reader.index...(reader.count - 1), refusal)
                break loop
            }
        }
        core.reply(to: request, with: answer)
    }

    private static func gather(
        _ reader: inout ReportBatchReader, into arrivals: inout [Arrival], shards: Int
    ) -> Gathered {
        while reader.index < reader.count, arrivals.count < arrivalsTogether {
            let index = reader.index
            do throws(Refusal) {
                guard let entry = try reader.next() else { return .all }
                switch entry {
                case .bad(let refusal): return .bad(index, refusal)
                case .report(let report):
                    let crc = CRC32.checksum(report.key)
                    arrivals.append(
                        Arrival(
                            index: index,
                            key: report.keyPlace, values: report.valuePlace,
                            at: report.at, flags: report.flags, devices: report.devices, crc: crc,
                            shard: shards > 0 ? Int(crc % UInt32(shards)) : 0))
                }
            } catch {
                return .broken(error)
            }
        }
        return .all
    }

    /// Finds the twins of all arrivals, in two passes: the tables first, then the twins. Each pass
    /// reads memory that the others do not depend on, so the waits for it overlap.
    private static func find(
        _ arrivals: inout [Arrival], _ payload: Span<UInt8>, _ core: inout Core
    ) {
        for index in arrivals.indices {
            let hash = KeyTable.hash(crc: arrivals[index].crc)
            arrivals[index].place =
                core.shards[arrivals[index].shard]?.candidate(hash: hash) ?? .elsewhere
        }
        for index in arrivals.indices {
            guard case .slot(let slot) = arrivals[index].place,
                let seen = core.shards[arrivals[index].shard]?.glance(
                    at: slot, for: payload.extracting(arrivals[index].key),
                    crc: arrivals[index].crc)
            else { continue }
            arrivals[index].place = seen.place
            arrivals[index].glance = seen.word
        }
    }

    private static func take(
        _ arrival: borrowing Arrival, _ payload: Span<UInt8>, of header: ReportBatchHeader,
        _ core: inout Core
    ) throws(Refusal) -> ReportOutcome {
        let shard = arrival.shard
        if case .elsewhere = arrival.place {
            throw Refusal(.notOwner, "server#\(shard) is not served by \(core.name)")
        }
        let key = payload.extracting(arrival.key)
        let valueBytes = payload.extracting(arrival.values)
        let digest = InputDigest.of(
            valueBytes, seed: InputSeed.report ^ UInt64(bitPattern: arrival.at.milliseconds))
        guard core.holds(key, digest: digest) else {
            throw quarantined(arrival, payload, of: header, digest: digest, &core)
        }
        guard case .slot(let slot) = arrival.place else { throw unknownReporter(key, &core) }
        let known: ReportNumbers
        if let numbers = core.reportNumbers[shard] {
            known = numbers
        } else {
            known = try numbers(of: header, in: shard, &core)
            core.reportNumbers[shard] = known
        }
        let values = FloatBytes.append(valueBytes, to: &core.arena)
        return try deliver(
            at: arrival.at, flags: arrival.flags, values: values, devices: arrival.devices,
            numbers: known, shard: shard, slot: slot, &core)
    }

    private static func unregistered(_ core: borrowing Core) -> Refusal {
        Refusal(.unavailable, "\(core.name) is not registered with its broker yet")
    }

    private static func unknownReporter(_ key: Span<UInt8>, _ core: inout Core) -> Refusal {
        do {
            let key = try TwinKey(bytes: Array(copying: key))
            core.unknownReporters.note(key, at: core.time.wall)
            core.counters.refused[Refusal.Code.unknownAddress.rawValue, default: 0] += 1
            return core.unknown(TwinAddress(tier: .server, key: key))
        } catch {
            return Refusal(.invalid, "\(error)")
        }
    }

    /// Keeps a report that ended the process twice, as a batch of its own, and refuses it.
    private static func quarantined(
        _ arrival: borrowing Arrival, _ payload: Span<UInt8>, of header: ReportBatchHeader,
        digest: UInt64, _ core: inout Core
    ) -> Refusal {
        let refusal: Refusal
        do {
            let key = try TwinKey(bytes: Array(copying: payload.extracting(arrival.key)))
            let alone = try ReportBatchHeader(
                names: header.names, profile: header.profile, baseTime: arrival.at)
            var writer = ReportBatchWriter(header: alone, countMax: 1)
            var values: [Float] = []
            _ = FloatBytes.append(payload.extracting(arrival.values), to: &values)
            _ = writer.append(
                key: key, at: arrival.at, flags: arrival.flags, values: values,
                devices: arrival.devices)
            core.keep(
                key.bytes.span, digest: digest,
                QuarantinedInput(
                    form: .message, destination: "\(core.tier)@\(core.name)",
                    type: MessageType.reportBatch.rawValue, payload: writer.payload))
            refusal = core.quarantined(
                "\(core.tier)/\(key)", core.ban(on: key.bytes.span, digest: digest))
        } catch {
            refusal = Refusal(.invalid, "\(error)")
        }
        core.counters.refused[refusal.code.rawValue, default: 0] += 1
        return refusal
    }

    // MARK: both

    /// The shard's numbers for these metric names and this reporter, given when new.
    private static func numbers(
        of header: ReportBatchHeader, in shard: Int, _ core: inout Core
    ) throws(Refusal) -> ReportNumbers {
        if core.shards[shard]?.metricSets.find(header.names) == nil {
            let count = core.shards[shard]?.metricSets.count ?? 0
            guard count < Limits.metricSetsPerShardMax else {
                throw Refusal(
                    .overloaded, "server#\(shard): too many different lists of metric names",
                    found: "\(count)", wanted: "at most \(Limits.metricSetsPerShardMax)")
            }
            core.take(.metricSet(id: UInt16(count), names: header.names), in: shard)
        }
        let profiles = core.shards[shard]?.profiles ?? []
        var profile = profiles.firstIndex(of: header.profile)
        if profile == nil {
            guard profiles.count < Limits.reporterProfilesPerShardMax else {
                throw Refusal(
                    .overloaded, "server#\(shard): too many different reporters",
                    found: "\(profiles.count)",
                    wanted: "at most \(Limits.reporterProfilesPerShardMax)")
            }
            profile = profiles.count
            core.take(.profile(id: UInt16(profiles.count), header.profile), in: shard)
        }
        guard let set = core.shards[shard]?.metricSets.find(header.names), let profile else {
            throw Refusal(.invalid, "metrics: wanted each name once")
        }
        return ReportNumbers(metricSet: set.id, profile: UInt16(profile))
    }

    /// The set by which the window of a twin goes on that has another one than the report's;
    /// journalled when new.
    private static func layOut(
        _ slot: Int, by metricSet: UInt16, shard: Int, _ core: inout Core
    ) -> UInt16 {
        guard let reported = core.shards[shard]?.metricSets[metricSet],
            let target = core.shards[shard]?.windowSet(slot: slot, accepting: reported)
        else { return metricSet }
        if target.isNew {
            core.take(.metricSet(id: target.set.id, names: target.set.names), in: shard)
        }
        return target.set.id
    }

    private static func deliver(
        at: Timestamp, flags: ReportFlags, values: Range<Int>, devices: [WorstDevice],
        numbers: ReportNumbers, shard: Int, slot: Int, _ core: inout Core
    ) throws(Refusal) -> ReportOutcome {
        let input = ReportInput(
            ordinal: 0, at: at, flags: flags, metricSet: numbers.metricSet,
            target: numbers.metricSet, profile: numbers.profile, values: values,
            devices: devices)
        if let isLate = core.takeUsual(input, slot: slot, in: shard) {
            return isLate ? .late : .accepted
        }
        let wall = core.time.wall
        guard
            let plan = core.shards[shard]?.plan(
                slot: slot, at: at, values: values, arena: core.arena,
                metricSet: numbers.metricSet, wall: wall)
        else { throw Refusal(.invalid, "server#\(shard): no such metric set") }
        let ordinal = plan.ordinal
        let admission = plan.admission
        if plan.isDecommissioned, let twin = core.shards[shard]?[slot] {
            core.unknownReporters.note(twin.key, at: wall)
            throw twin.outOfWatch
        }
        core.clockSuspicion.note(isFuture: admission == .future, at: core.clock.monotonic)
        switch admission {
        case .newest, .late:
            let target =
                plan.isLaidOut
                ? numbers.metricSet : layOut(slot, by: numbers.metricSet, shard: shard, &core)
            core.take(
                .report(
                    ReportInput(
                        ordinal: ordinal, at: at, flags: flags, metricSet: numbers.metricSet,
                        target: target, profile: numbers.profile, values: values,
                        devices: devices)), in: shard)
            return admission == .late ? .late : .accepted
        case .duplicate(let differs):
            core.shards[shard]?.slots[slot].duplicates += 1
            if differs { core.shards[shard]?.slots[slot].conflicts += 1 }
            return .duplicate
        case .tooOld:
            core.take(.twin(ordinal: ordinal, .heard(.tooOld)), in: shard)
            return .tooOld
        case .future:
            let kind: HeardOnly = core.clockSuspicion.isOurs ? .ourClock : .future
            core.take(.twin(ordinal: ordinal, .heard(kind)), in: shard)
            throw Refusal(
                .invalid, "report: taken \((at - core.time.wall).rawValue / 1000) s in our future",
                found: "at \(at.milliseconds) ms",
                wanted: "at most \(Limits.futureReportMax.rawValue / 1000) s ahead of "
                    + "\(core.time.wall.milliseconds) ms",
                hint: "set the reporter's clock by NTP")
        }
    }
}

extension InstanceCore where Service == ServerService {
    /// Takes a report that is like most in one go: journals it, steps its twin, and queues what
    /// that owes. `input` needs no ordinal.
    /// - Returns: whether it came late; nil, and nothing changed, when it is not like most.
    mutating func takeUsual(_ input: ReportInput, slot: Int, in shard: Int) -> Bool? {
        guard
            case .taken(let isLate, let isNews)? = shards[shard]?.takeReport(
                input, slot: slot, arena: arena, at: time, record: record)
        else { return nil }
        if !isTouched[shard] {
            isTouched[shard] = true
            touched.append(UInt16(shard))
        }
        counters.inputs += 1
        clockSuspicion.note(isFuture: false, at: clock.monotonic)
        if isNews { Service.settle(shard: shard, slot: slot, core: &self) }
        return isLate
    }
}
