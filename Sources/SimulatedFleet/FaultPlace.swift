internal import TwinCore

/// How one server stands inside a fault: what makes it differ from its neighbours.
struct FaultPlace: Equatable {
    /// 0 at the bottom of the rack, 1 at its top.
    let height: Double
    /// How much later than the first rack a spreading fault reaches this server's rack.
    let lead: Milliseconds
    /// Two fixed random numbers of (fault, server), 0…1.
    let share: Double
    let otherShare: Double

    /// The place of `server` in the fault with number `index` of its fleet.
    init(of server: Int, in fault: Fault, index: Int, topology: FleetTopology, seed: UInt64) {
        let slotMax = max(1, topology.serversPerRack - 1)
        height = Double(topology.slot(of: server)) / Double(slotMax)
        lead = FaultPlace.lead(ofRack: topology.rack(of: server), in: fault, topology: topology)
        var generator = SplitMix64(mixing: seed ^ FaultPlace.stream, UInt64(index), UInt64(server))
        share = generator.uniform()
        otherShare = generator.uniform()
    }

    /// How long the server takes to start, file system check included: 60 to 150 s.
    var bootSpan: Milliseconds { Milliseconds(rawValue: 60_000 + Int64(90_000 * share)) }

    /// Heat takes 45 s from one rack of a zone to the next.
    private static func lead(
        ofRack rack: Int, in fault: Fault, topology: FleetTopology
    ) -> Milliseconds {
        guard case .zone = fault.target else { return .zero }
        let racksPerZone = FleetTopology.racksPerRow * FleetTopology.rowsPerZone
        return Int64(rack % racksPerZone) * rackLead
    }

    private static let rackLead = Milliseconds.seconds(45)
    private static let stream: UInt64 = 0x9A
}
