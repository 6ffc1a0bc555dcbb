package import Msgpack
package import TwinCore

/// Every twin's row has one, mostly without an incident.
extension IncidentBook: SelfPacking {
    package func pack(into packer: inout Packer) {
        let more = (inherited == nil ? 0 : 1) + (activeMaintenance == nil ? 0 : 1)
        packer.packMapHeader(Self.fields + more)
        packer.packKey("address")
        packer.packString(address.description)
        packer.packKey("highestNumber")
        packer.packUInt(UInt64(highestNumber))
        packer.packKey("incidents")
        packer.packArrayHeader(incidents.count)
        for incident in incidents { packer.pack(rare: incident) }
        packer.packKey("recent")
        packer.packArrayHeader(recent.count)
        for incident in recent { packer.pack(rare: incident) }
        packer.packKey("maintenance")
        packer.packArrayHeader(maintenance.count)
        for window in maintenance { packer.pack(rare: window) }
        if let inherited {
            packer.packKey("inherited")
            packer.pack(rare: inherited)
        }
        if let activeMaintenance {
            packer.packKey("activeMaintenance")
            packer.pack(rare: activeMaintenance)
        }
        packer.packKey("location")
        packer.pack(rare: location)
        packer.packKey("labels")
        packer.packArrayHeader(labels.count)
        for label in labels { label.pack(into: &packer) }
    }

    /// Those that every book has.
    private static var fields: Int { 7 }
}

extension TwinLabel: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(2)
        packer.packKey("name")
        packer.packString(name)
        packer.packKey("value")
        packer.packString(value)
    }
}
