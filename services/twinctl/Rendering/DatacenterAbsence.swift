import TwinCore
import TwinWire

extension StatusDocument {
    /// Why no data center can be shown although there may be one; nil when one is shown, or when
    /// the instances of that tier are well and watch none.
    package var datacenterAbsence: String? {
        guard datacenters.isEmpty else { return nil }
        let instances = processes.filter { $0.tier == .dc }
        var reasons = instances.filter { $0.state != .ok && $0.shards ?? 0 > 0 }
            .map { "dc instance \($0.name) is away (\($0.state.rawValue))" }
        if reasons.isEmpty {
            reasons = instances.filter { $0.twins ?? 0 > 0 }
                .map { "dc instance \($0.name) does not answer" }
        }
        return reasons.isEmpty
            ? nil : "data center picture unavailable: \(reasons.joined(separator: ", "))"
    }
}
