import TwinCore
import TwinWire

/// Judges the alert log of a run, record by record.
struct AlertChecker {
    /// Twins that really fell silent, and what may be said of them.
    let silentRack: TwinKey
    let silentServers: Set<String>
    /// Servers that never report and are too young to be called so for a quarter of an hour.
    let contested: Set<String>

    private(set) var expected = 0
    private(set) var seen = 0
    private(set) var lost = 0
    private(set) var duplicated = 0
    private(set) var violations: [String] = []

    init(silentRack: TwinKey, silentServers: [TwinKey], contested: [String]) {
        self.silentRack = silentRack
        self.silentServers = Set(silentServers.map(\.description))
        self.contested = Set(contested)
    }

    /// Holds the whole log, in the order of each shard, against the lives that were led.
    mutating func judge(_ log: [AlertDocument], lives: [LifeClient.Life]) {
        seen = log.count
        var ids: Set<String> = []
        for alert in log where !ids.insert(alert.id).inserted {
            duplicated += 1
            violations.append("\(alert.id) is there twice")
        }
        judgeOrder(log)
        for life in lives { judge(life, log) }
        judgeBlame(log)
        judgePage(log)
    }

    /// opened → … → resolved → reopened → …, and nothing closes that never opened.
    private mutating func judgeOrder(_ log: [AlertDocument]) {
        var isOpen: [String: Bool] = [:]
        for alert in log {
            guard let incident = alert.incident else { continue }
            let before = isOpen[incident.id]
            let isRight: Bool
            switch alert.change {
            case "opened": isRight = before == nil
            case "reopened": isRight = before == false
            default: isRight = before == true
            }
            if !isRight {
                violations.append(
                    "\(alert.id): \(incident.id) \(alert.change), and it was "
                        + (before.map { $0 ? "open" : "resolved" } ?? "never opened"))
            }
            isOpen[incident.id] = alert.change != "resolved"
        }
    }

    private mutating func judge(_ life: LifeClient.Life, _ log: [AlertDocument]) {
        let found = log.filter { $0.address == "server/\(life.key)" }
            .map { AlertModel.Record(change: $0.change, pages: $0.pages) }
        let wanted = life.alerts.records
        expected += wanted.count
        guard found != wanted else { return }
        lost += max(0, wanted.count - found.count)
        duplicated += max(0, found.count - wanted.count)
        violations.append("server/\(life.key): wanted alerts \(wanted), found \(found)")
    }

    /// Nobody is blamed for what our processes suffered.
    private mutating func judgeBlame(_ log: [AlertDocument]) {
        for alert in log {
            guard let incident = alert.incident else { continue }
            let key = String(alert.address.drop { $0 != "/" }.dropFirst())
            let mayBe: Bool
            switch IncidentKind(rawValue: incident.kind) {
            case .filesystemReadonly: mayBe = alert.address.hasPrefix("server/\(LifeClient.dc)")
            case .missingReport: mayBe = silentServers.contains(key)
            case .rackUnreachable: mayBe = key == silentRack.description
            case .neverReported: mayBe = contested.contains(key)
            // Ours to be blamed, and true: shards were away for long, or often.
            case .observationLost: mayBe = true
            default: mayBe = false
            }
            if !mayBe {
                violations.append(
                    "\(alert.id): \(alert.address) \(alert.change) \(incident.kind): "
                        + incident.summary)
            }
        }
    }

    /// The rack that really fell silent is one page, and its members are none.
    private mutating func judgePage(_ log: [AlertDocument]) {
        let pages = log.filter { alert in
            alert.pages && alert.change == "opened"
                && (alert.address == "rack/\(silentRack)"
                    || silentServers.contains(where: { alert.address == "server/\($0)" }))
        }
        expected += 1
        if pages.map(\.address) != ["rack/\(silentRack)"] {
            if pages.isEmpty { lost += 1 } else { duplicated += pages.count - 1 }
            violations.append("wanted one page for rack/\(silentRack), found \(pages.map(\.id))")
        }
    }
}
