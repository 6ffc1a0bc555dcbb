package import Msgpack
package import TwinCore

/// In every row of a server, which is written again after each report.
extension ServerStanding: SelfPacking {
    package func pack(into packer: inout Packer) {
        switch self {
        case .unborn:
            packer.packArrayHeader(1)
            packer.packUInt(0 as UInt64)
        case .commissioned(let commission):
            packer.packArrayHeader(2)
            packer.packUInt(1 as UInt64)
            commission.pack(into: &packer)
        case .decommissioned(let commission, let since, let isForgotten):
            packer.packArrayHeader(4)
            packer.packUInt(2 as UInt64)
            commission.pack(into: &packer)
            packer.packInt(since.milliseconds)
            packer.packBool(isForgotten)
        }
    }
}

extension Commission: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packArrayHeader(4)
        packer.pack(rack)
        packer.pack(dc)
        packer.packArrayHeader(labels.count)
        for label in labels { label.pack(into: &packer) }
        if let interval { packer.packInt(interval.rawValue) } else { packer.packNil() }
    }
}

extension ReporterProfile: SelfPacking {
    package func pack(into packer: inout Packer) {
        let texts = [agentVersion, relay].count { $0 != nil }
        packer.packMapHeader((interval == nil ? 0 : 1) + texts)
        if let interval {
            packer.packKey("interval")
            packer.packInt(interval.rawValue)
        }
        packer.pack(present: agentVersion, as: "agentVersion")
        packer.pack(present: relay, as: "relay")
    }
}
