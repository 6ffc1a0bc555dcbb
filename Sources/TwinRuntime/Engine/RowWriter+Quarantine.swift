internal import TwinCore
package import TwinStore

/// What the rows' thread does for the quarantine.
extension RowWriter {
    /// Keeps a refused message, durably: whoever sent it forgets it.
    /// - Returns: how many are kept now.
    package static func keep(
        _ kept: Quarantine.Kept, in rows: RowStore
    ) throws(StoreError) -> Int {
        _ = try rows.quarantine(
            twin: kept.twin, digest: kept.digest, reason: kept.reason, bytes: kept.bytes,
            at: kept.at)
        _ = try rows.checkpoint()
        return try rows.quarantinedCount()
    }

    /// Reads or drops what is asked for; lifts the ban of what is to be handed back.
    package static func answer(
        _ question: QuarantineQuestion.Kind, in rows: RowStore
    ) throws(StoreError) -> QuarantineFinding {
        let found: [QuarantineRow]
        switch question {
        case .list(let after, let limit):
            found = try rows.quarantined(after: after, limit: limit)
        case .show(let id): found = try rows.quarantined(id: id).map { [$0] } ?? []
        case .drop(let id):
            found = try rows.quarantined(id: id).map { [$0] } ?? []
            _ = try rows.removeQuarantined(id: id)
        case .requeue(let id):
            found = try rows.quarantined(id: id).map { [$0] } ?? []
            for row in found { try rows.forgetEnds(twin: row.twin, digest: row.digest) }
        }
        return QuarantineFinding(rows: found, count: try rows.quarantinedCount())
    }
}
