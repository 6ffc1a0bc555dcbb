package import TwinCore
internal import TwinWire

/// Sends reports of many servers: grouped by the instance that owns them, as full batches.
///
/// What is not taken stays and goes out with the next `send`; what was taken never does. All
/// reports of a relay have the same metrics.
package struct ReportRelay: Sendable {
    /// Reports that were given up because more than `waitingMax` waited.
    package private(set) var dropped: UInt64 = 0

    private let header: ReportBatchHeader
    private let waitingMax: Int
    private var waiting: [RelayReport] = []
    private var isPlacementOld = true

    /// Batches on their way at once: with full ones about half of an instance's credit.
    private static let batchesInFlightMax = 16

    /// - Parameters:
    ///   - profile: who relays, how often, which version.
    ///   - waitingMax: reports kept for another try; the oldest go first.
    package init(
        names: [String], profile: ReporterProfile, waitingMax: Int = waitingDefault
    ) throws(Refusal) {
        header = try ReportBatchHeader(
            names: names, profile: profile, baseTime: Timestamp(milliseconds: 0))
        self.waitingMax = max(1, waitingMax)
    }

    /// Some seconds of a large site.
    package static let waitingDefault = 1_000_000

    package var waitingCount: Int { waiting.count }

    /// Takes a report for the next `send`.
    package mutating func add(_ report: RelayReport) {
        waiting.append(report)
        // Dropping in blocks keeps a full relay from moving the array for each report.
        guard waiting.count > waitingMax + waitingMax / 8 else { return }
        let excess = waiting.count - waitingMax
        waiting.removeFirst(excess)
        dropped += UInt64(excess)
    }

    /// Says that what waits now is late: it is flagged as buffered, and what was taken before
    /// `oldest` is given up.
    package mutating func holdBack(since oldest: Timestamp) {
        let before = waiting.count
        waiting.removeAll { $0.at < oldest }
        dropped += UInt64(before - waiting.count)
        for index in waiting.indices { waiting[index].flags.insert(.buffered) }
    }

    /// Sends everything that waits, and waits for the answers. Throws when interrupted or when
    /// the placement cannot be had; every report then waits on.
    package mutating func send(
        over connection: inout Connection, terms: RetryTerms = RetryTerms()
    ) throws(ClientError) -> RelayTally {
        var relays = [self]
        defer { self = relays[0] }
        waiting = []
        return try Self.send(&relays, over: &connection, terms: terms)
    }

    /// The same for several relays at once: an owner that does not answer costs the others one
    /// wait, not one each.
    package static func send(
        _ relays: inout [ReportRelay], over connection: inout Connection,
        terms: RetryTerms = RetryTerms()
    ) throws(ClientError) -> RelayTally {
        var tally = RelayTally()
        guard relays.contains(where: { !$0.waiting.isEmpty }) else { return tally }
        let isOld = relays.contains(where: \.isPlacementOld)
        let placement = try connection.placement(refreshed: isOld, terms: terms)
        var kept: [[Bool]] = []
        var parts: [(relay: Int, batch: Batch)] = []
        for index in relays.indices {
            relays[index].isPlacementOld = false
            kept.append(Array(repeating: true, count: relays[index].waiting.count))
            parts += relays[index].batches(by: placement).map { (index, $0) }
        }
        let requests = parts.map { part in
            ClientRequest(
                .instance(.server, part.batch.instance), .reportBatch,
                payload: part.batch.payload, terms: terms)
        }
        var unreadable: ClientError?
        try connection.requestAll(requests, window: Self.batchesInFlightMax) { index, result in
            let (relay, batch) = parts[index]
            do throws(ClientError) {
                let reply = try result.get().decode(ReportBatchReply.self)
                relays[relay].take(reply, of: batch, kept: &kept[relay], tally: &tally)
            } catch {
                if case .badAnswer = error { unreadable = error }
                tally.failure = error
                relays[relay].isPlacementOld = true
            }
        }
        for index in relays.indices { relays[index].keep(kept[index], tally: &tally) }
        if let unreadable { throw unreadable }
        return tally
    }
}

// MARK: - Batches

extension ReportRelay {
    /// One payload, and which waiting report each of its entries is.
    private struct Batch {
        let instance: InstanceName
        let payload: [UInt8]
        let reports: [Int]
    }

    private struct Filling {
        let instance: InstanceName
        var writer: ReportBatchWriter
        var reports: [Int] = []

        var batch: Batch {
            Batch(instance: instance, payload: writer.payload, reports: reports)
        }

        mutating func append(_ report: RelayReport) -> Bool {
            writer.append(
                key: report.key, at: report.at, flags: report.flags, values: report.values,
                devices: report.devices)
        }
    }

    /// Reports of shards that nobody owns are in no batch.
    private mutating func batches(by placement: Placement) -> [Batch] {
        var header = header
        header.baseTime = waiting.first?.at ?? header.baseTime
        var full: [Batch] = []
        var filling: [Filling] = []
        var indexByInstance: [InstanceName: Int] = [:]
        for (number, report) in waiting.enumerated() {
            let shard = placement.shard(of: TwinAddress(tier: .server, key: report.key))
            guard let owner = placement[shard]?.instance else {
                isPlacementOld = true
                continue
            }
            let index = indexByInstance[owner] ?? filling.count
            if index == filling.count {
                indexByInstance[owner] = index
                filling.append(Filling(instance: owner, writer: ReportBatchWriter(header: header)))
            }
            if !filling[index].append(report) {
                full.append(filling[index].batch)
                filling[index].writer.removeAll()
                filling[index].reports = []
                invariant(
                    filling[index].append(report), "a report that fits no frame: \(report.key)")
            }
            filling[index].reports.append(number)
        }
        return full + filling.map(\.batch)
    }

    /// Takes one answer: what was taken or refused for good is kept no longer.
    private mutating func take(
        _ reply: ReportBatchReply, of batch: Batch, kept: inout [Bool], tally: inout RelayTally
    ) {
        tally.accepted += reply.accepted
        tally.late += reply.late
        tally.duplicate += reply.duplicate
        tally.tooOld += reply.tooOld
        let known = min(reply.firstUnlisted ?? batch.reports.count, batch.reports.count)
        for entry in 0..<known { kept[batch.reports[entry]] = false }
        for range in reply.refused where range.first <= range.last {
            for entry in range.first...range.last where batch.reports.indices.contains(entry) {
                let number = batch.reports[entry]
                if range.code.isWorthRetrying {
                    kept[number] = true
                    isPlacementOld = true
                } else {
                    tally.refusedCount += 1
                    if tally.refused.count < Limits.reportRefusalsListedMax {
                        let address = TwinAddress(tier: .server, key: waiting[number].key)
                        tally.refused.append(
                            (
                                waiting[number].key,
                                Refusal(range.code, range.message, address: "\(address)")
                            ))
                    }
                }
            }
        }
    }

    private mutating func keep(_ kept: [Bool], tally: inout RelayTally) {
        waiting = zip(waiting, kept).filter { $0.1 }.map { $0.0 }
        tally.kept += waiting.count
    }
}
