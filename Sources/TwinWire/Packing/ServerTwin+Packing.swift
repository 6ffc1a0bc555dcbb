package import Msgpack
package import TwinCore

/// A server's row is written again after each report.
extension ServerTwin: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packArrayHeader(34)
        packer.pack(key)
        packer.packUInt(UInt64(ordinal))
        book.pack(into: &packer)
        standing.pack(into: &packer)
        packer.packUInt(generation)
        packer.packInt(commissionedAt.milliseconds)
        packer.packInt(commissionedElapsed.milliseconds)
        packer.pack(parts: version)
        packer.pack(parts: receipted)
        packer.pack(parts: foldsVersion)
        packer.packBool(isRefused)
        packer.packArrayHeader(formerRacks.count)
        for rack in formerRacks { packer.pack(rack) }
        packer.packBin(digest.buckets)
        packer.packInt(digestAt.milliseconds)
        packer.packUInt(UInt64(presence.rawValue))
        packer.packUInt(UInt64(condition.rawValue))
        packer.packInt(conditionSince.milliseconds)
        continuity.pack(into: &packer)
        packer.pack(lastHeard?.milliseconds)
        packer.pack(silenceDue?.milliseconds)
        packer.packUInt(UInt64(futureRun))
        profile.pack(into: &packer)
        counters.pack(into: &packer)
        packer.pack(bootSeconds)
        packer.packUInt(UInt64(metricSet.id))
        packer.packBin(window.blob)
        packer.packBin(baseline.blob)
        packer.packBin(latestBlob)
        packer.packArrayHeader(latest.devices.count)
        for device in latest.devices { packer.pack(rare: device) }
        packer.packArrayHeader(trackers.count)
        for tracker in trackers { packer.pack(rare: tracker) }
        packer.packArrayHeader(deviations.count)
        for deviation in deviations { packer.pack(rare: deviation) }
    }
}

extension ReportCounters: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packArrayHeader(5)
        packer.packUInt(accepted)
        packer.packUInt(late)
        packer.packUInt(tooOld)
        packer.packUInt(future)
        packer.packUInt(implausible)
    }
}
