import TwinClient
import TwinCore
import TwinWire

/// Holds what the load knows against what the cluster says when all is quiet.
struct ScaleJudge {
    let cluster: Cluster
    let fleet: SteadyFleet
    private(set) var violations: [String] = []
    /// Reports with `ok` that the owners do not count.
    private(set) var lostReports: Int64 = 0
    private(set) var doubledReports: Int64 = 0
    private(set) var alertsExpected = 0
    private(set) var alertsSeen = 0
    /// Changes of a rack's or a data center's verdict among them; they page nobody.
    private(set) var verdicts = 0
    private(set) var lostAlerts = 0
    private(set) var wrongAlerts = 0

    private static let violationsMax = 20

    init(_ cluster: Cluster, _ fleet: SteadyFleet) {
        self.cluster = cluster
        self.fleet = fleet
    }

    private mutating func violate(_ sentence: String) {
        if violations.count < Self.violationsMax { violations.append(sentence) }
    }

    // MARK: reports

    /// Every report with `ok` counts once, and the newest of a server is the last it knows.
    mutating func judgeReports(_ record: SteadyRecord) throws {
        var connection = try Connection(to: cluster.endpoint)
        let questions = fleet.servers.map { server in
            ClientRequest(
                .twin(TwinAddress(tier: .server, key: server.key)), .getServer,
                terms: Client.patient)
        }
        var answers: [(server: Int, report: ServerDocument.Report)] = []
        var failure: ClientError?
        try connection.requestAll(questions) { index, result in
            do throws(ClientError) {
                answers.append((index, try result.get().decode(ServerDocument.self).report))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        for (server, report) in answers {
            let key = fleet.servers[server].key
            let difference = Int64(record.taken[server]) - Int64(report.accepted)
            lostReports += max(0, difference)
            doubledReports += max(0, -difference)
            if difference != 0 {
                violate(
                    "server/\(key): \(record.taken[server]) reports got ok, \(report.accepted) "
                        + "are counted")
            }
            if report.lastAt != record.newest[server].map({ RFC3339($0) }) {
                violate(
                    "server/\(key): the last report with ok is not the last it knows, "
                        + "\(report.lastAt.map { "\($0)" } ?? "none")")
            }
            if report.conflict != 0 { violate("server/\(key): \(report.conflict) conflicts") }
        }
    }

    // MARK: owners

    /// Every shard has an owner that runs and serves it; none is on its way.
    mutating func judgePlacement(_ placement: Placement, running: Set<String>) {
        for move in placement.moves { violate("\(move.shard) is on its way still") }
        for tier in Tier.allCases {
            for index in 0..<placement.shardCounts[tier] {
                let shard = ShardID(tier: tier, index: UInt16(index))
                guard let owner = placement[shard] else {
                    violate("\(shard) has no owner")
                    continue
                }
                if !owner.isBorn || !running.contains(owner.instance.text) {
                    violate("\(shard) is served by nobody: \(owner.instance)")
                }
            }
        }
    }

    // MARK: the picture

    /// The data center counts every server, and knows the rack that is silent.
    func judgePicture() async throws {
        let client = cluster.client
        try await eventually("the data center sees every server", within: 60) {
            let dc = try client.ask(
                .twin(TwinAddress(tier: .dc, key: fleet.fleet.dc)), .getDatacenter,
                for: DatacenterDocument.self)
            guard dc.counts.servers == fleet.servers.count else {
                throw HarnessError("it counts \(dc.counts.servers) of \(fleet.servers.count)")
            }
            return true
        }
        guard let silentRack = fleet.silentRack else { return }
        let silent = fleet.fleet.racks[silentRack].rack.description
        try await eventually("rack/\(silent) is unhealthy", within: 60) {
            try client.unhealthyRacks(fleet.fleet.dc).racks.contains { $0.key == silent }
        }
    }

    // MARK: alerts

    /// The log holds what happened and nothing else: one page for each server that failed, one
    /// for the rack that fell silent, and for its members one word each that pages nobody.
    mutating func judgeAlerts(_ log: [AlertDocument], failed: [Int]) {
        alertsSeen = log.count
        verdicts = log.count { $0.incident == nil }
        var ids: Set<String> = []
        for alert in log where !ids.insert(alert.id).inserted {
            wrongAlerts += 1
            violate("\(alert.id) is there twice")
        }
        let silent = fleet.silentRack.map { fleet.fleet.racks[$0] }
        let rackAddress = silent.map { "rack/\($0.rack)" }
        let members = Set(silent?.servers.map { "server/\($0)" } ?? [])
        var pagesDue = Set(failed.map { "server/\(fleet.servers[$0].key)" })
        if let rackAddress { pagesDue.insert(rackAddress) }
        alertsExpected = pagesDue.count
        var told: Set<String> = []
        for alert in log {
            guard let incident = alert.incident else { continue }
            let kind = IncidentKind(rawValue: incident.kind)
            let isRight: Bool
            switch kind {
            // Ours to be blamed, and true: shards were away.
            case .observationLost: isRight = true
            case .filesystemReadonly, .rackUnreachable:
                let isUpdate = alert.address == rackAddress && alert.change == "updated"
                isRight =
                    isUpdate
                    || alert.change == "opened" && alert.pages
                        && pagesDue.remove(alert.address) != nil
            case .missingReport:
                isRight =
                    members.contains(alert.address) && !alert.pages
                    && ["opened", "folded"].contains(alert.change)
                    && told.insert("\(alert.address) \(alert.change)").inserted
            default: isRight = false
            }
            if !isRight {
                wrongAlerts += 1
                violate(
                    "\(alert.id): \(alert.address) \(alert.change)\(alert.pages ? "!" : "") "
                        + "\(incident.kind) \(incident.id): \(incident.summary)")
            }
        }
        lostAlerts = pagesDue.count
        for address in pagesDue.sorted() { violate("\(address): its page is missing") }
    }
}
