import SimulatedFleet
import Testing
import TwinCore

@Suite struct FleetTopologyTests {
    @Test("Server 12 of rack 7 is called, placed and labelled so that people find it")
    func names() throws {
        let topology = try FleetTopology(rackCount: 10, serversPerRack: 40)
        let server = 6 * 40 + 11
        #expect(topology.serverKeys[server].description == "dc1-r07-s12")
        let commission = topology.commission(of: server, interval: .seconds(10))
        #expect(commission.rack.description == "dc1-r07")
        #expect(commission.dc.description == "dc1")
        #expect(commission.interval == .seconds(10))
        #expect(
            commission.labels.map { "\($0.name)=\($0.value)" } == [
                "feed=A", "model=r650", "row=2", "simulated=true", "slot=12", "switch=tor-r07",
                "zone=cz1",
            ])
    }

    @Test("Numbers grow a digit when there are more than 99 racks")
    func padding() throws {
        let topology = try FleetTopology(rackCount: 120, serversPerRack: 1)
        #expect(topology.rackKeys.first?.description == "dc1-r001")
        #expect(topology.serverKeys.last?.description == "dc1-r120-s01")
    }

    @Test(
        "A size or a name that cannot be is refused with its flag",
        arguments: [
            (0, 40, "dc1", "--racks: wanted 1 to 8192, found 0"),
            (10, 257, "dc1", "--servers-per-rack: wanted 1 to 256, found 257"),
            (
                1, 1, "dc 1",
                "data center name: key: wanted A-Z a-z 0-9 . _ -, found byte 32 at offset 2"
            ),
        ])
    func limits(racks: Int, servers: Int, dc: String, sentence: String) {
        let error = #expect(throws: TopologyError.self) {
            try FleetTopology(dc: dc, rackCount: racks, serversPerRack: servers)
        }
        #expect(error?.description == sentence)
    }
}
