package import Msgpack
package import TwinCore

/// Every status that a server tells, and every member of a rack's row, has one.
extension ServerStatus: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packArrayHeader(13)
        packer.packUInt(generation)
        packer.pack(dc)
        topology.pack(into: &packer)
        packer.pack(agentVersion)
        packer.pack(relay)
        packer.packInt(interval.rawValue)
        packer.packUInt(UInt64(condition.rawValue))
        packer.packInt(conditionSince.milliseconds)
        packer.packBool(isInMaintenance)
        continuity.pack(into: &packer)
        packer.packArrayHeader(incidents.count)
        for incident in incidents { incident.pack(into: &packer) }
        packer.packBin(digest.buckets)
        packer.pack(foldsVersion)
    }
}

extension Topology: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader([feed, zone, row, networkSwitch, model].count { $0 != nil })
        packer.pack(present: feed, as: "feed")
        packer.pack(present: zone, as: "zone")
        packer.pack(present: row, as: "row")
        packer.pack(present: networkSwitch, as: "networkSwitch")
        packer.pack(present: model, as: "model")
    }
}

extension Continuity: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(returnedAt == nil ? 2 : 3)
        packer.packKey("boot")
        packer.packUInt(UInt64(boot.rawValue))
        packer.packKey("isBuffered")
        packer.packBool(isBuffered)
        guard let returnedAt else { return }
        packer.packKey("returnedAt")
        packer.packInt(returnedAt.milliseconds)
    }
}

extension IncidentBrief: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(5)
        packer.packKey("number")
        packer.packUInt(UInt64(number))
        packer.packKey("kind")
        packer.packString(kind.rawValue)
        packer.packKey("severity")
        packer.packString(severity.name)
        packer.packKey("phase")
        packer.packString(phase.rawValue)
        packer.packKey("since")
        packer.packInt(since.milliseconds)
    }
}
