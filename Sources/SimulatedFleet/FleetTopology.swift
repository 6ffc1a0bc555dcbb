package import TwinCore

/// The layout of a simulated data center: which server stands where and hangs on what.
///
/// Racks stand in rows of five, two rows share a cooling zone, and racks take turns on the two
/// power feeds of their hall of 200 racks. Servers and racks are counted from zero here, their
/// names from one: server 11 of rack 6 is `dc1-r07-s12`.
package struct FleetTopology: Equatable, Sendable {
    package static let racksPerRow = 5
    package static let rowsPerZone = 2
    package static let racksPerHall = 200
    package static let serversPerRelay = 400
    package static let relaysMin = 4
    /// Agents in use; a quarter of the servers run the newer one.
    package static let agentVersions = ["1.4.0", "1.4.1"]
    private static let newerAgentEvery = 4
    private static let models = ["r650", "r750", "dl360"]

    package let dc: TwinKey
    package let rackCount: Int
    package let serversPerRack: Int
    /// Keys by rack and by server, so that making them can fail only here.
    package let rackKeys: [TwinKey]
    package let serverKeys: [TwinKey]

    /// Lays the data center out; throws when a count or the name is outside its limits.
    package init(
        dc: String = "dc1", rackCount: Int, serversPerRack: Int
    ) throws(TopologyError) {
        guard (1...Limits.racksPerDatacenterMax).contains(rackCount) else {
            throw .rackCount(rackCount)
        }
        guard (1...Limits.membersPerRackMax).contains(serversPerRack) else {
            throw .serversPerRack(serversPerRack)
        }
        self.rackCount = rackCount
        self.serversPerRack = serversPerRack
        var racks: [TwinKey] = []
        var servers: [TwinKey] = []
        racks.reserveCapacity(rackCount)
        servers.reserveCapacity(rackCount * serversPerRack)
        do throws(AddressError) {
            self.dc = try TwinKey(dc)
            for rack in 1...rackCount {
                let name = "\(dc)-r\(FleetTopology.padded(rack, upTo: rackCount))"
                racks.append(try TwinKey(name))
                for slot in 1...serversPerRack {
                    let padded = FleetTopology.padded(slot, upTo: serversPerRack)
                    servers.append(try TwinKey("\(name)-s\(padded)"))
                }
            }
        } catch {
            throw .name(error.description)
        }
        rackKeys = racks
        serverKeys = servers
    }

    package var serverCount: Int { serverKeys.count }
    package var rowCount: Int { (rackCount - 1) / FleetTopology.racksPerRow + 1 }
    package var zoneCount: Int { (rowCount - 1) / FleetTopology.rowsPerZone + 1 }
    package var relayCount: Int {
        max(FleetTopology.relaysMin, serverCount / FleetTopology.serversPerRelay)
    }

    package func rack(of server: Int) -> Int { server / serversPerRack }

    /// The place in the rack, from 0 at the bottom.
    package func slot(of server: Int) -> Int { server % serversPerRack }

    package func servers(inRack rack: Int) -> Range<Int> {
        rack * serversPerRack..<(rack + 1) * serversPerRack
    }

    /// The row's label value, from "1".
    package func row(ofRack rack: Int) -> String { "\(rack / FleetTopology.racksPerRow + 1)" }

    /// The cooling zone's label value, from "cz1".
    package func zone(ofRack rack: Int) -> String {
        "cz\(rack / FleetTopology.racksPerRow / FleetTopology.rowsPerZone + 1)"
    }

    /// The power feed's label value: A and B in the first hall, A2 and B2 in the second.
    package func feed(ofRack rack: Int) -> String {
        let side = rack.isMultiple(of: 2) ? "A" : "B"
        let hall = rack / FleetTopology.racksPerHall
        return hall == 0 ? side : "\(side)\(hall + 1)"
    }

    package func agentVersion(of server: Int) -> String {
        let isNewer = SplitMix64.hash(UInt64(server)) % UInt64(FleetTopology.newerAgentEvery) == 0
        return FleetTopology.agentVersions[isNewer ? 1 : 0]
    }

    /// The relay that carries the server's reports; neighbours in a rack use different ones.
    package func relay(of server: Int) -> String { "relay-\(server % relayCount + 1)" }

    /// What the server's reports say about their sender.
    package func profile(of server: Int, interval: Milliseconds) -> ReporterProfile {
        ReporterProfile(
            interval: interval, agentVersion: agentVersion(of: server), relay: relay(of: server))
    }

    /// The content of the server's commission; labelled `simulated=true`.
    package func commission(of server: Int, interval: Milliseconds) -> Commission {
        let rack = rack(of: server)
        let rackName = FleetTopology.padded(rack + 1, upTo: rackCount)
        return Commission(
            rack: rackKeys[rack], dc: dc,
            labels: [
                TwinLabel(name: "feed", value: feed(ofRack: rack)),
                TwinLabel(
                    name: "model", value: FleetTopology.models[rack % FleetTopology.models.count]),
                TwinLabel(name: "row", value: row(ofRack: rack)),
                TwinLabel(name: "simulated", value: "true"),
                TwinLabel(name: "slot", value: "\(slot(of: server) + 1)"),
                TwinLabel(name: "switch", value: "tor-r\(rackName)"),
                TwinLabel(name: "zone", value: zone(ofRack: rack)),
            ],
            interval: interval)
    }

    /// Two digits at least, as many as the greatest number needs.
    private static func padded(_ number: Int, upTo greatest: Int) -> String {
        let width = max(2, String(greatest).count)
        let digits = String(number)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}
