import TwinCore
import TwinWire

/// What lists say of the shards that did not answer, below what did.
enum MissingLines {
    /// Shards of one owner named before the rest is only counted.
    private static let shardsNamed = 4

    /// A line for each owner: `not whole: 128 shards of server-b did not answer (server#1, …),
    /// gone since 14:02:36Z (43 s)`.
    static func lines(_ missing: [MissingShardDocument], _ context: RenderContext) -> [String] {
        var owners: [(name: String?, shards: [MissingShardDocument])] = []
        for shard in missing {
            if let place = owners.firstIndex(where: { $0.name == shard.instance }) {
                owners[place].shards.append(shard)
            } else {
                owners.append((shard.instance, [shard]))
            }
        }
        return owners.map { owner in
            let first = owner.shards.prefix(shardsNamed).map(\.shard).joined(separator: ", ")
            let rest = owner.shards.count - shardsNamed
            let named = rest > 0 ? "\(first) and \(rest) more" : first
            let shards = HumanNumbers.counted(owner.shards.count, "shard")
            let whose = owner.name.map { "of \($0) did not answer" } ?? "belong to nobody"
            let since = owner.shards.compactMap(\.since).min()
            let gone = since.map { ", gone since \(context.time.clockAndAge($0))" } ?? ""
            return context.palette.paint(
                "not whole: \(shards) \(whose) (\(named))\(gone)", .warning)
        }
    }
}
