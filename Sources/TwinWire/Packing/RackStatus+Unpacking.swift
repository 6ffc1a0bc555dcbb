package import Msgpack
package import TwinCore

/// A data center reads one of a rack whenever it has news, and one of each when it recovers.
extension RackStatus: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        var found = 9
        try unpacker.expectKey("dc")
        let dc = try unpacker.readKey()
        try unpacker.expectKey("verdict")
        let verdict = try unpacker.known(Verdict(rawValue: try unpacker.readText()))
        try unpacker.expectKey("verdictSince")
        let verdictSince = try unpacker.readTimestamp()
        let unknownReason = try unpacker.readText(ifPresent: "unknownReason", &found)
        try unpacker.expectKey("counts")
        let counts = try RackCounts(unpacking: &unpacker)
        try unpacker.expectKey("labels")
        let labels = try unpacker.readArray(
            of: LabelCount.self,
            atMost: RackDimension.allCases.count * Limits.labelValuesPerRackMax)
        var silentSince: Timestamp?
        if unpacker.takeKey("silentSince") {
            found += 1
            silentSince = try unpacker.readTimestamp()
        }
        try unpacker.expectKey("reporters")
        let reporters = try unpacker.readArray(
            of: ReporterCount.self, atMost: Limits.labelValuesPerRackMax)
        try unpacker.expectKey("incidents")
        let incidents = try unpacker.readRareArray(
            of: RackIncidentBrief.self, atMost: Limits.openIncidentsPerTwinMax)
        try unpacker.expectKey("isInMaintenance")
        let isInMaintenance = try unpacker.readBool()
        try unpacker.expectKey("foldsVersion")
        let foldsVersion = try unpacker.readVersion()
        try unpacker.expect(count == found)
        self.init(
            dc: dc, verdict: verdict, verdictSince: verdictSince, unknownReason: unknownReason,
            counts: counts, labels: labels, silentSince: silentSince, reporters: reporters,
            incidents: incidents, isInMaintenance: isInMaintenance, foldsVersion: foldsVersion)
    }
}

extension RackCounts: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        self.init()
        try unpacker.expectMap(of: 6)
        try unpacker.expectKey("servers")
        servers = Int(try unpacker.readUInt16())
        try unpacker.expectKey("expected")
        expected = Int(try unpacker.readUInt16())
        try unpacker.expectKey("judged")
        judged = Int(try unpacker.readUInt16())
        try unpacker.expectKey("missing")
        missing = Int(try unpacker.readUInt16())
        try unpacker.expectKey("maintenance")
        maintenance = Int(try unpacker.readUInt16())
        try unpacker.expectKey("failing")
        failing = Int(try unpacker.readUInt16())
    }
}

extension LabelCount: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        try unpacker.expectMap(of: 3)
        try unpacker.expectKey("name")
        let name = try unpacker.readText()
        try unpacker.expectKey("value")
        let value = try unpacker.readText()
        try unpacker.expectKey("servers")
        self.init(name: name, value: value, servers: Int(try unpacker.readUInt16()))
    }
}

extension ReporterCount: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        var found = 2
        let agentVersion = try unpacker.readText(ifPresent: "agentVersion", &found)
        let relay = try unpacker.readText(ifPresent: "relay", &found)
        try unpacker.expectKey("servers")
        let servers = Int(try unpacker.readUInt16())
        try unpacker.expectKey("silent")
        let silent = Int(try unpacker.readUInt16())
        try unpacker.expect(count == found)
        self.init(agentVersion: agentVersion, relay: relay, servers: servers, silent: silent)
    }
}
