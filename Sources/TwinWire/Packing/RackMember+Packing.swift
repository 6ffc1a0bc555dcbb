package import Msgpack
package import TwinCore

/// A rack's row holds all its members, and is written again when one of them has news.
extension RackMember: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(Self.fields + (silence == nil ? 0 : 1) + (outage == nil ? 0 : 1))
        packer.packKey("key")
        packer.pack(key)
        packer.packKey("shard")
        packer.packUInt(UInt64(shard))
        packer.packKey("version")
        packer.pack(version)
        packer.packKey("status")
        status.pack(into: &packer)
        packer.packKey("joined")
        packer.packInt(joined.milliseconds)
        packer.packKey("condition")
        packer.pack(condition)
        if let silence {
            packer.packKey("silence")
            packer.pack(silence)
        }
        if let outage {
            packer.packKey("outage")
            packer.pack(rare: outage)
        }
        packer.packKey("signs")
        packer.packArrayHeader(signs.count)
        for sign in signs { packer.pack(rare: sign) }
        packer.packKey("reference")
        packer.packBin(reference.buckets)
        packer.packKey("referenceMoved")
        packer.packInt(referenceMoved.milliseconds)
        packer.packKey("folds")
        folds.pack(into: &packer)
        packer.packKey("isHeard")
        packer.packBool(isHeard)
    }

    /// Those that every member has.
    private static var fields: Int { 11 }
}

/// Servers that went from rack to rack are remembered for a while, by each rack that they left.
extension RackStrangers.Entry: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(4)
        packer.packKey("key")
        packer.pack(key)
        packer.packKey("version")
        packer.pack(version)
        packer.packKey("isRefused")
        packer.packBool(isRefused)
        packer.packKey("noted")
        packer.packInt(noted.milliseconds)
    }
}

extension FoldSet: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(2 + (maintenance == nil ? 0 : 1) + (silences.isEmpty ? 0 : 1))
        packer.packKey("version")
        packer.pack(version)
        packer.packKey("entries")
        packer.packArrayHeader(entries.count)
        for entry in entries { packer.pack(rare: entry) }
        if let maintenance {
            packer.packKey("maintenance")
            maintenance.pack(into: &packer)
        }
        if !silences.isEmpty {
            packer.packKey("silences")
            packer.pack(rare: silences)
        }
    }
}
