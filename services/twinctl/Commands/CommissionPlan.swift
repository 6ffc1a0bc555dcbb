import TwinClient
import TwinCore
import TwinWire

/// The difference between a server list and what is under watch: what `--dry-run` shows.
///
/// As JSON: `{version, added, moved, relabelled, removed, unchanged}`; the first four are arrays
/// of `{key, text}`.
struct CommissionPlan: AnswerDocument {
    struct Change: Codable, Equatable, Sendable {
        var key: String
        /// What changes: `dc1/r07 → dc1/r08`.
        var text: String
    }

    var version = DocumentFormat.version
    var added: [Change] = []
    var moved: [Change] = []
    var relabelled: [Change] = []
    /// Under watch in the file's data centers, and not in the file: what `--prune` takes out.
    var removed: [Change] = []
    var unchanged = 0

    /// Compares places; entries whose labels must be looked at too come back.
    init(_ list: ServerList, present: [ListDocument.Item], sameplace: inout [ServerList.Entry]) {
        let presentByAddress = Dictionary(
            present.map { ($0.address, $0) }, uniquingKeysWith: { first, _ in first })
        for entry in list.entries {
            let key = entry.address.key.description
            let place = "\(entry.request.dc)/\(entry.request.rack)"
            guard let item = presentByAddress[entry.address.description] else {
                added.append(Change(key: key, text: place))
                continue
            }
            let old = "\(item.dc ?? "–")/\(item.rack ?? "–")"
            if old == place {
                sameplace.append(entry)
            } else {
                moved.append(Change(key: key, text: "\(old) → \(place)"))
            }
        }
        let named = Set(list.entries.map { $0.address.description })
        let datacenters = Set(list.entries.map { $0.request.dc.description })
        for item in present where !named.contains(item.address) {
            guard let dc = item.dc, datacenters.contains(dc) else { continue }
            removed.append(Change(key: item.key, text: "\(dc)/\(item.rack ?? "–")"))
        }
    }

    /// Takes one server's labels into account.
    mutating func compare(_ entry: ServerList.Entry, labels: [String: String]) {
        let wanted = entry.request.labels ?? [:]
        guard wanted != labels else {
            unchanged += 1
            return
        }
        let names = Set(wanted.keys).union(labels.keys).sorted()
        let changes = names.filter { wanted[$0] != labels[$0] }.map { name in
            "\(name)=\(labels[name] ?? "–") → \(wanted[name] ?? "–")"
        }
        relabelled.append(
            Change(
                key: entry.address.key.description, text: changes.joined(separator: ", ")))
    }

    /// The difference as people read it, a line a server.
    func text(prunes: Bool) -> String {
        var lines: [String] = []
        for change in added { lines.append("+ \(change.key)  \(change.text)") }
        for change in moved { lines.append("~ \(change.key)  \(change.text)") }
        for change in relabelled { lines.append("~ \(change.key)  \(change.text)") }
        if prunes { for change in removed { lines.append("- \(change.key)  \(change.text)") } }
        var summary = "\(added.count) new, \(moved.count) moved, \(relabelled.count) relabelled, "
            + "\(unchanged) unchanged"
        if !removed.isEmpty {
            summary += prunes
                ? ", \(removed.count) taken out"
                : ", \(removed.count) not in the file (--prune takes them out)"
        }
        return (lines + [summary]).joined(separator: "\n")
    }
}
