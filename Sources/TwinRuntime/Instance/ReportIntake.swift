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

    static func batch(
        _ request: Request, _ payload: Span<UInt8>, _ core: inout Core
    ) throws(Refusal) {
        var reader = try ReportBatchReader(payload)
        var answer = ReportBatchReply()
        let header = reader.header
        core.reportNumbers.begin(header, shardCount: core.shards.count)
        while reader.index < reader.count {
            let index = reader.index
            // Bytes that end the process while they are read are the message's, not a neighbour's.
            core.inHand?.inputDone()
            do throws(Refusal) {
                guard let entry = try reader.next() else { break }
                switch entry {
                case .bad(let refusal): answer.refuse(index, refusal)
                case .report(let report):
                    do throws(Refusal) {
                        answer.take(try take(report, of: header, &core))
                    } catch {
                        answer.refuse(index, error)
                    }
                }
            } catch {
                answer.refuse(entries: index...(reader.count - 1), error)
                break
            }
        }
        core.reply(to: request, with: answer)
    }

    private static func take(
        _ report: borrowing PackedReport, of header: ReportBatchHeader, _ core: inout Core
    ) throws(Refusal) -> ReportOutcome {
        guard core.placement != nil else {
            throw Refusal(.unavailable, "\(core.name) is not registered with its broker yet")
        }
        let crc = CRC32.checksum(report.key)
        let shard = Int(crc % UInt32(core.shards.count))
        guard core.owns(shard) else {
            throw Refusal(.notOwner, "server#\(shard) is not served by \(core.name)")
        }
        let digest = InputDigest.of(
            report.valueBytes,
            seed: InputSeed.report ^ UInt64(bitPattern: report.at.milliseconds))
        guard core.holds(report.key, digest: digest) else {
            throw quarantined(report, of: header, digest: digest, &core)
        }
        guard let slot = core.shards[shard]?.findInPlace(report.key, crc: crc) else {
            throw unknownReporter(report, &core)
        }
        let known: ReportNumbers
        if let numbers = core.reportNumbers[shard] {
            known = numbers
        } else {
            known = try numbers(of: header, in: shard, &core)
            core.reportNumbers[shard] = known
        }
        let values = FloatBytes.append(report.valueBytes, to: &core.arena)
        return try deliver(
            at: report.at, flags: report.flags, values: values, devices: report.devices,
            numbers: known, shard: shard, slot: slot, &core)
    }

    private static func unknownReporter(
        _ report: borrowing PackedReport, _ core: inout Core
    ) -> Refusal {
        do {
            let key = try report.twinKey
            core.unknownReporters.note(key, at: core.time.wall)
            core.counters.refused[Refusal.Code.unknownAddress.rawValue, default: 0] += 1
            return core.unknown(TwinAddress(tier: .server, key: key))
        } catch {
            return Refusal(.invalid, "\(error)")
        }
    }

    /// Keeps a report that ended the process twice, as a batch of its own, and refuses it.
    private static func quarantined(
        _ report: borrowing PackedReport, of header: ReportBatchHeader, digest: UInt64,
        _ core: inout Core
    ) -> Refusal {
        let refusal: Refusal
        do {
            let key = try report.twinKey
            let alone = try ReportBatchHeader(
                names: header.names, profile: header.profile, baseTime: report.at)
            var writer = ReportBatchWriter(header: alone, countMax: 1)
            var values: [Float] = []
            report.appendValues(to: &values)
            _ = writer.append(
                key: key, at: report.at, flags: report.flags, values: values,
                devices: report.devices)
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
