package import Msgpack
package import TwinCore

/// Every twin that is recovered has one, mostly without an incident.
extension IncidentBook: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        var found = 7
        try unpacker.expectKey("address")
        let address = try unpacker.readAddress()
        try unpacker.expectKey("highestNumber")
        let highestNumber = try unpacker.readUInt32()
        try unpacker.expectKey("incidents")
        let incidents = try unpacker.readRareArray(of: Incident.self)
        try unpacker.expectKey("recent")
        let recent = try unpacker.readRareArray(of: Incident.self)
        try unpacker.expectKey("maintenance")
        let maintenance = try unpacker.readRareArray(of: MaintenanceWindow.self)
        var inherited: InheritedMaintenance?
        if unpacker.takeKey("inherited") {
            found += 1
            inherited = try unpacker.readRare(InheritedMaintenance.self)
        }
        var active: InheritedMaintenance?
        if unpacker.takeKey("activeMaintenance") {
            found += 1
            active = try unpacker.readRare(InheritedMaintenance.self)
        }
        self.init(
            address: address, highestNumber: highestNumber, incidents: incidents, recent: recent,
            maintenance: maintenance, inherited: inherited, activeMaintenance: active)
        try unpacker.expectKey("location")
        location = try TwinLocation(unpacking: &unpacker)
        try unpacker.expectKey("labels")
        labels = try unpacker.readArray(of: TwinLabel.self)
        try unpacker.expect(count == found)
    }
}

extension TwinLocation: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        var found = 0
        self.init(
            dc: try unpacker.readText(ifPresent: "dc", &found),
            row: try unpacker.readText(ifPresent: "row", &found),
            rack: try unpacker.readText(ifPresent: "rack", &found),
            slot: try unpacker.readText(ifPresent: "slot", &found))
        try unpacker.expect(count == found)
    }
}

extension TwinLabel: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        try unpacker.expectMap(of: 2)
        try unpacker.expectKey("name")
        let name = try unpacker.readText()
        try unpacker.expectKey("value")
        self.init(name: name, value: try unpacker.readText())
    }
}
