internal import TwinCore
internal import TwinWire

// The broker's answers as documents.

extension StatusDocument {
    /// What the broker knows; `datacenters` stays empty, because only their twins know verdicts.
    init(_ machine: BrokerMachine, now: Int64, inputsPerSecond: Double) {
        let status = machine.status(now: now)
        let broker = Process(
            name: "broker", state: .ok, since: RFC3339(machine.startedAtTime),
            version: SoftwareVersion.text, inputsPerSecond: inputsPerSecond)
        let cluster = Cluster(
            id: machine.record.clusterID ?? noCluster, protocol: BrokerMachine.protocolVersion,
            upSeconds: Double(machine.upMilliseconds(now: now)) / 1000,
            shards: machine.record.placement.shardCounts)
        var refused: [String: UInt64] = [:]
        for (code, count) in status.refused { refused[code.rawValue] = count }
        self.init(
            cluster: cluster, datacenters: [],
            processes: [broker] + status.processes.map { Process($0) },
            moves: status.moves.map {
                Move(
                    shard: "\($0.shard)", from: $0.from.text, to: $0.to.text,
                    phase: $0.phase.rawValue)
            }, refused: refused, quarantined: status.quarantined, warnings: status.warnings)
    }
}

/// What stands for the cluster's name while there is none.
private let noCluster = "none"

extension StatusDocument.Process {
    fileprivate init(_ process: BrokerStatus.Process) {
        let load = process.load
        self.init(
            name: process.name.text, tier: process.tier,
            state: StatusDocument.Process.State(process.state), since: RFC3339(process.since),
            version: process.softwareVersion ?? "unknown", shards: process.shards,
            draining: process.isDraining, twins: load?.twins,
            inputsPerSecond: load?.inputsPerSecond,
            commitSecondsP99: load?.commitSecondsP99, statusesOwed: load?.statusesOwed,
            lagSeconds: load?.lagSeconds, journalBytes: load?.journalBytes,
            diskFreeBytes: load?.diskFreeBytes, residentBytes: load?.residentBytes)
    }
}

extension StatusDocument.Process.State {
    fileprivate init(_ state: BrokerStatus.State) {
        self =
            switch state {
            case .ok: .ok
            case .suspect: .suspect
            case .lost: .lost
            case .recovering: .recovering
            case .stopping: .stopping
            }
    }
}

extension PlacementDocument {
    init(_ machine: BrokerMachine, now: Int64) {
        self.init(
            clusterId: machine.record.clusterID ?? noCluster,
            protocol: BrokerMachine.protocolVersion, placement: machine.record.placement,
            instances: machine.status(now: now).processes.map {
                Instance(
                    name: $0.name.text, tier: $0.tier,
                    state: StatusDocument.Process.State($0.state))
            })
    }
}
