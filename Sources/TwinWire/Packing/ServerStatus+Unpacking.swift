package import Msgpack
package import TwinCore

/// A rack reads one of a server whenever it has news, and one of each member when it recovers.
extension ServerStatus: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        try unpacker.expectArray(of: 13)
        self.init(
            generation: try unpacker.readUInt64(), dc: try unpacker.readKey(),
            topology: try Topology(unpacking: &unpacker),
            agentVersion: try unpacker.readOptionalText(),
            relay: try unpacker.readOptionalText(),
            interval: Milliseconds(rawValue: try unpacker.readInt64()),
            condition: try unpacker.known(ServerCondition(rawValue: try unpacker.readUInt8())),
            conditionSince: try unpacker.readTimestamp(),
            isInMaintenance: try unpacker.readBool(),
            continuity: try Continuity(unpacking: &unpacker),
            incidents: try unpacker.readArray(
                of: IncidentBrief.self, atMost: Limits.openIncidentsPerTwinMax),
            digest: Digest(bytes: try unpacker.readBinBytes(maxBytes: .max)),
            foldsVersion: try unpacker.readVersion())
    }
}

extension Topology: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        var found = 0
        self.init(
            feed: try unpacker.readText(ifPresent: "feed", &found),
            zone: try unpacker.readText(ifPresent: "zone", &found),
            row: try unpacker.readText(ifPresent: "row", &found),
            networkSwitch: try unpacker.readText(ifPresent: "networkSwitch", &found),
            model: try unpacker.readText(ifPresent: "model", &found))
        try unpacker.expect(count == found)
    }
}

extension Continuity: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        try unpacker.expectKey("boot")
        let boot = try unpacker.known(Boot(rawValue: try unpacker.readUInt8()))
        try unpacker.expectKey("isBuffered")
        let isBuffered = try unpacker.readBool()
        let returnedAt = unpacker.takeKey("returnedAt") ? try unpacker.readTimestamp() : nil
        try unpacker.expect(count == (returnedAt == nil ? 2 : 3))
        self.init(boot: boot, isBuffered: isBuffered, returnedAt: returnedAt)
    }
}

extension IncidentBrief: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        try unpacker.expectMap(of: 5)
        try unpacker.expectKey("number")
        let number = try unpacker.readUInt32()
        try unpacker.expectKey("kind")
        let kind = try unpacker.known(IncidentKind(rawValue: try unpacker.readText()))
        try unpacker.expectKey("severity")
        let severity = try unpacker.known(Severity(name: try unpacker.readText()))
        try unpacker.expectKey("phase")
        let phase = try unpacker.known(Incident.Phase(rawValue: try unpacker.readText()))
        try unpacker.expectKey("since")
        self.init(
            number: number, kind: kind, severity: severity, phase: phase,
            since: try unpacker.readTimestamp())
    }
}
