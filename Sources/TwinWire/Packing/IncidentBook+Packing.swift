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
        for incident in incidents { incident.pack(into: &packer) }
        packer.packKey("recent")
        packer.packArrayHeader(recent.count)
        for incident in recent { incident.pack(into: &packer) }
        packer.packKey("maintenance")
        packer.packArrayHeader(maintenance.count)
        for window in maintenance { window.pack(into: &packer) }
        if let inherited {
            packer.packKey("inherited")
            inherited.pack(into: &packer)
        }
        if let activeMaintenance {
            packer.packKey("activeMaintenance")
            activeMaintenance.pack(into: &packer)
        }
        packer.packKey("location")
        location.pack(into: &packer)
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

extension TwinLocation: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader([dc, row, rack, slot].count { $0 != nil })
        packer.pack(present: dc, as: "dc")
        packer.pack(present: row, as: "row")
        packer.pack(present: rack, as: "rack")
        packer.pack(present: slot, as: "slot")
    }
}

extension MaintenanceWindow: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(5)
        packer.packKey("id")
        packer.packString(id)
        packer.packKey("owner")
        packer.packString(owner)
        packer.packKey("reason")
        packer.packString(reason)
        packer.packKey("from")
        packer.packInt(from.milliseconds)
        packer.packKey("until")
        packer.packInt(until.milliseconds)
    }
}

extension InheritedMaintenance: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(2)
        packer.packKey("address")
        packer.packString(address.description)
        packer.packKey("window")
        window.pack(into: &packer)
    }
}
