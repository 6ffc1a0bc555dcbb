package import Msgpack
package import TwinCore

/// A data center's row holds all its racks, and is written again when one of them has news.
extension DatacenterRack: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(silence == nil ? 7 : 8)
        packer.packKey("key")
        packer.pack(key)
        packer.packKey("shard")
        packer.packUInt(UInt64(shard))
        packer.packKey("version")
        packer.pack(version)
        packer.packKey("status")
        status.pack(into: &packer)
        if let silence {
            packer.packKey("silence")
            packer.pack(silence)
        }
        packer.packKey("onsets")
        packer.packArrayHeader(onsets.count)
        for onset in onsets { packer.pack(rare: onset) }
        packer.packKey("folds")
        folds.pack(into: &packer)
        packer.packKey("isHeard")
        packer.packBool(isHeard)
    }
}

extension RackStatus: SelfPacking {
    package func pack(into packer: inout Packer) {
        let more = (unknownReason == nil ? 0 : 1) + (silentSince == nil ? 0 : 1)
        packer.packMapHeader(9 + more)
        packer.packKey("dc")
        packer.pack(dc)
        packer.packKey("verdict")
        packer.packString(verdict.rawValue)
        packer.packKey("verdictSince")
        packer.packInt(verdictSince.milliseconds)
        packer.pack(present: unknownReason, as: "unknownReason")
        packer.packKey("counts")
        counts.pack(into: &packer)
        packer.packKey("labels")
        packer.packArrayHeader(labels.count)
        for label in labels { label.pack(into: &packer) }
        if let silentSince {
            packer.packKey("silentSince")
            packer.packInt(silentSince.milliseconds)
        }
        packer.packKey("reporters")
        packer.packArrayHeader(reporters.count)
        for reporter in reporters { reporter.pack(into: &packer) }
        packer.packKey("incidents")
        packer.packArrayHeader(incidents.count)
        for incident in incidents { packer.pack(rare: incident) }
        packer.packKey("isInMaintenance")
        packer.packBool(isInMaintenance)
        packer.packKey("foldsVersion")
        packer.pack(foldsVersion)
    }
}

extension RackCounts: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(6)
        packer.packKey("servers")
        packer.packInt(servers)
        packer.packKey("expected")
        packer.packInt(expected)
        packer.packKey("judged")
        packer.packInt(judged)
        packer.packKey("missing")
        packer.packInt(missing)
        packer.packKey("maintenance")
        packer.packInt(maintenance)
        packer.packKey("failing")
        packer.packInt(failing)
    }
}

extension LabelCount: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(3)
        packer.packKey("name")
        packer.packString(name)
        packer.packKey("value")
        packer.packString(value)
        packer.packKey("servers")
        packer.packInt(servers)
    }
}

extension ReporterCount: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(2 + [agentVersion, relay].count { $0 != nil })
        packer.pack(present: agentVersion, as: "agentVersion")
        packer.pack(present: relay, as: "relay")
        packer.packKey("servers")
        packer.packInt(servers)
        packer.packKey("silent")
        packer.packInt(silent)
    }
}
