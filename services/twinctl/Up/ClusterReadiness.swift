import TwinCore
package import TwinWire

/// Whether a cluster serves: every instance is there and every shard has an owner.
package enum ClusterReadiness {
    /// What is still missing, in words; nil = ready.
    package static func missing(_ status: StatusDocument?, instances: [String]) -> String? {
        guard let status else { return "the broker does not answer yet" }
        let well = Set(status.processes.filter { $0.state == .ok }.map(\.name))
        let absent = instances.filter { !well.contains($0) }
        guard absent.isEmpty else { return "waiting for \(absent.joined(separator: ", "))" }
        let shards = status.cluster.shards
        let owned = status.processes.compactMap(\.shards).reduce(0, +)
        let wanted = shards.server + shards.rack + shards.dc
        guard owned >= wanted else { return "\(wanted - owned) of \(wanted) shards have no owner" }
        return nil
    }
}
