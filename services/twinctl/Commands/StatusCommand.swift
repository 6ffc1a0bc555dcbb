import ArgumentParser
import TwinClient
import TwinCore
import TwinWire

/// `twinctl status`: the verdict of every data center, and our own processes.
struct StatusCommand: TwinctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Is the data center healthy, and are we")

    @OptionGroup var global: GlobalOptions

    func run(in session: inout Session) throws(ClientError) -> ExitStatus {
        let document = try session.clusterStatus()
        try session.show(document) { StatusRenderer.text($0, $1) }
        return .ok
    }
}

extension Session {
    /// What the broker says of the processes, and every data center's own verdict. A tier that
    /// does not answer is a warning: the rest is what an operator needs then.
    mutating func clusterStatus() throws(ClientError) -> StatusDocument {
        var status = try connection.request(ClientRequest(.broker, .clusterStatus, terms: terms))
            .decode(StatusDocument.self)
        let keys: [TwinKey]
        do throws(ClientError) {
            keys = try connection.datacenters(terms: terms)
        } catch {
            if case .interrupted = error { throw error }
            status.warnings.append(
                "no data center could be asked: \(error.document.error.message)")
            return status
        }
        for key in keys {
            do throws(ClientError) {
                let dc = try ask(
                    .twin(TwinAddress(tier: .dc, key: key)), .getDatacenter,
                    [String: String](), for: DatacenterDocument.self)
                status.datacenters.append(
                    StatusDocument.Datacenter(
                        key: key.description, verdict: dc.verdict, healthy: dc.healthy,
                        since: dc.since, staleness: dc.staleness, counts: dc.counts))
            } catch {
                if case .interrupted = error { throw error }
                status.warnings.append(
                    "dc/\(key) could not be asked: \(error.document.error.message)")
            }
        }
        return status
    }
}
