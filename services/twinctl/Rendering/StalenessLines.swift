import TwinCore
import TwinWire

/// What answers say of a data center's picture that is old.
enum StalenessLines {
    /// Shards named before the rest is only counted.
    private static let shardsNamed = 4

    /// A line each for what is below a list: `dc/dc1 is stale since …`.
    static func lines(_ stale: [StalenessDocument]?, _ context: RenderContext) -> [String] {
        (stale ?? []).map {
            context.palette.paint("\($0.address) is \(sentence($0, context))", .warning)
        }
    }

    /// `stale since 14:02:36Z (43 s): 2 of 11 racks not heard (shards 17, 40 of rack-b)`.
    static func sentence(_ stale: StalenessDocument, _ context: RenderContext) -> String {
        let reasons = reasons(stale, context).joined(separator: "; ")
        guard let since = stale.since else { return "stale: \(reasons)" }
        return "stale since \(context.time.clockAndAge(since)): \(reasons)"
    }

    /// Every owner whose shards are not heard, then what is still to come.
    private static func reasons(
        _ stale: StalenessDocument, _ context: RenderContext
    ) -> [String] {
        var reasons = stale.silent.map { silence in
            let owner = silence.instance ?? "nobody"
            let later =
                silence.since == stale.since ? "" : " since \(context.time.clock(silence.since))"
            guard let racks = silence.racks else {
                let shards = HumanNumbers.counted(silence.shards.count, "\(silence.tier) shard")
                return "\(shards) of \(owner) not heard\(later)"
            }
            return
                "\(racks) of \(HumanNumbers.counted(stale.racksTotal, "rack")) not heard\(later) "
                + "(\(named(silence.shards)) of \(owner))"
        }
        if stale.unansweredShards > 0 {
            let shards = HumanNumbers.counted(stale.unansweredShards, "rack shard")
            reasons.append("\(shards) yet to tell which racks there are")
        }
        return reasons
    }

    /// `shard 17`, `shards 3, 17, 40, 41 and 5 more`.
    private static func named(_ shards: [UInt16]) -> String {
        let first = shards.prefix(shardsNamed).map(String.init).joined(separator: ", ")
        let rest = shards.count - shardsNamed
        return "shard\(shards.count == 1 ? "" : "s") \(first)"
            + (rest > 0 ? " and \(rest) more" : "")
    }
}
