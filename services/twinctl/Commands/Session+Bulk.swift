import TwinClient
import TwinCore
import TwinWire

// Many commands of one kind at a time.

extension Session {
    /// Refusals told one by one; the summary counts the rest.
    private static let refusalsTold = 20

    /// Commissions all entries, many at a time. Returns the status of the first refusal.
    mutating func commissionAll(
        _ entries: [ServerList.Entry], _ summary: inout BulkSummary
    ) throws(ClientError) -> ExitStatus {
        let terms = bulkTerms
        let requests = entries.map {
            ClientRequest(.twin($0.address), .commission, $0.request, terms: terms)
        }
        progress.begin("commissioning", total: entries.count)
        return try sendAll(requests, entries.map(\.address), &summary) { summary, document in
            if document.changed { summary.changed += 1 } else { summary.unchanged += 1 }
        }
    }

    /// Decommissions all addresses, many at a time. Returns the status of the first refusal.
    mutating func decommissionAll(
        _ addresses: [TwinAddress], _ summary: inout BulkSummary
    ) throws(ClientError) -> ExitStatus {
        let terms = bulkTerms
        let requests = addresses.map {
            ClientRequest(.twin($0), .decommission, DecommissionRequest(), terms: terms)
        }
        progress.begin("decommissioning", total: addresses.count)
        return try sendAll(requests, addresses, &summary) { summary, document in
            if document.changed { summary.decommissioned += 1 } else { summary.unchanged += 1 }
        }
    }

    /// One of many may wait for an owner that starts again.
    private var bulkTerms: RetryTerms {
        var terms = terms
        terms.waitsForOwner = true
        return terms
    }

    private mutating func sendAll(
        _ requests: [ClientRequest], _ addresses: [TwinAddress], _ summary: inout BulkSummary,
        count: (inout BulkSummary, CommandDocument) -> Void
    ) throws(ClientError) -> ExitStatus {
        var status = ExitStatus.ok
        var counted = summary
        let told = output
        let progress = progress
        try connection.requestAll(requests) { index, result in
            progress.step()
            do throws(ClientError) {
                count(&counted, try result.get().decode(CommandDocument.self))
            } catch {
                if status == .ok { status = error.exitStatus }
                counted.refuse(addresses[index], error)
                if counted.refused.count <= Self.refusalsTold {
                    let content = error.document.error
                    told.note("\(addresses[index]): \(content.code): \(content.message)")
                }
            }
        }
        summary = counted
        return status
    }
}
