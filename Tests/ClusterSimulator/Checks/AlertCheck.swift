import TwinCore
import TwinWire

/// Each alert transition is in the alert log exactly once, in order per incident; no incident
/// closes that never opened, and what a follower was shown stays as it was.
final class AlertCheck: Checker {
    let name = "alerts"

    func finish(in world: World) {
        let logs = world.alertLogs()
        checkFollower(of: logs, in: world)
        checkComplete(logs, in: world)
        var open: [String: String] = [:]
        for log in logs {
            checkNumbers(log, in: world)
            for record in log.records { follow(record, &open, in: world) }
        }
        compareWithTwins(open, in: world)
    }

    /// What one instance holds of its shards' logs, in order.
    struct Log {
        let instance: String
        let records: [AlertDocument]
    }

    private func checkFollower(of logs: [Log], in world: World) {
        guard world.follower.gaps == 0 else {
            return world.fail(name, "the follower was told of \(world.follower.gaps) gaps")
        }
        var shown: Set<String> = []
        var kept: [String: AlertDocument] = [:]
        for log in logs {
            for record in log.records { kept[record.id] = record }
        }
        var last: [String: Place] = [:]
        for record in world.follower.records {
            if let place = Place(record) {
                let before = last[place.shard]
                if !place.follows(before), before.map({ !place.isBehind($0) }) ?? true {
                    return world.fail(
                        name,
                        "the follower was shown \(record.id) after number "
                            + "\(before?.number ?? 0) of its shard")
                }
                if before.map({ !place.isBehind($0) }) ?? true { last[place.shard] = place }
            }
            guard shown.insert(record.id).inserted else {
                return world.fail(name, "the follower was shown \(record.id) twice")
            }
            guard kept[record.id] == record else {
                return world.fail(
                    name,
                    "the follower was shown \(record.id) as \(words(record)), the log has "
                        + "\(kept[record.id].map(words) ?? "nothing") there")
            }
        }
    }

    /// Whoever follows the logs is shown the newest records too, soon.
    private func checkComplete(_ logs: [Log], in world: World) {
        let known = Set(world.follower.records.map(\.id))
        let old = MachineClock.wall(at: world.scheduler.now - Self.shownWithin)
        for log in logs {
            let missed = log.records.first { record in
                record.at.timestamp < old && !known.contains(record.id)
            }
            guard let missed else { continue }
            return world.fail(
                name, "the follower was never shown \(missed.id), \(words(missed))")
        }
    }

    /// A page may wait behind a slow disk and a new attempt.
    private static let shownWithin: Int64 = 20_000

    private func words(_ record: AlertDocument) -> String {
        "\(record.change) of \(record.incident?.id ?? record.address)"
    }

    private func checkNumbers(_ log: Log, in world: World) {
        var last: [String: Place] = [:]
        for record in log.records {
            guard let place = Place(record) else {
                return world.fail(name, "\(log.instance): an alert is called \(record.id)")
            }
            guard place.follows(last[place.shard]) else {
                return world.fail(
                    name,
                    "\(log.instance): \(record.id) follows number "
                        + "\(last[place.shard]?.number ?? 0)")
            }
            last[place.shard] = place
        }
    }

    /// Where a record stands in its shard's log.
    private struct Place {
        let shard: String
        let epoch: UInt32
        let number: UInt64

        init?(_ record: AlertDocument) {
            let parts = record.id.split(separator: ":")
            guard parts.count == 3, let epoch = UInt32(parts[1]), let number = UInt64(parts[2])
            else { return nil }
            shard = String(parts[0])
            self.epoch = epoch
            self.number = number
        }

        /// Records count on; only after a restore, under a higher epoch, from one again.
        func follows(_ last: Place?) -> Bool {
            guard let last else { return number == 1 }
            return number == last.number + 1 || (epoch > last.epoch && number == 1)
        }

        func isBehind(_ last: Place) -> Bool {
            (epoch, number) <= (last.epoch, last.number)
        }
    }

    /// The states of one incident as the log tells them.
    private func follow(
        _ record: AlertDocument, _ open: inout [String: String], in world: World
    ) {
        guard let incident = record.incident else {
            followVerdict(record, &open, in: world)
            return
        }
        let state = open[incident.id]
        switch record.change {
        case "opened":
            if state != nil { wrong(record, state, in: world) }
            open[incident.id] = "open"
        case "resolved":
            if state != "open" { wrong(record, state, in: world) }
            open[incident.id] = "resolved"
        case "reopened":
            if state != "resolved" { wrong(record, state, in: world) }
            open[incident.id] = "open"
        default:
            if state != "open" { wrong(record, state, in: world) }
        }
    }

    /// A change of verdict is a change; kept beside the incidents, whose ids have a number.
    private func followVerdict(
        _ record: AlertDocument, _ known: inout [String: String], in world: World
    ) {
        guard let verdict = record.verdict?.rawValue else { return }
        if known[record.address] == verdict {
            world.fail(name, "\(record.id) says that \(record.address) is \(verdict) once more")
        }
        known[record.address] = verdict
    }

    private func wrong(_ record: AlertDocument, _ state: String?, in world: World) {
        world.fail(
            name,
            "\(record.id) says \(record.change) of \(record.incident?.id ?? ""), which was "
                + "\(state ?? "never opened")")
    }

    private func compareWithTwins(_ open: [String: String], in world: World) {
        let told = open.filter { $0.value == "open" }.map(\.key).sorted()
        let present = world.openIncidents().sorted()
        guard told != present else { return }
        let onlyTold = told.filter { !present.contains($0) }
        let onlyPresent = present.filter { !told.contains($0) }
        world.fail(
            name,
            "open in the log and not in a twin: \(onlyTold.prefix(3)); open in a twin and "
                + "not in the log: \(onlyPresent.prefix(3))")
    }
}
