package import Msgpack
package import TwinCore

/// Every instance tells one every second.
extension Beat: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(connection == nil ? 9 : 10)
        packer.packKey("number")
        packer.packUInt(number)
        packer.packKey("tier")
        packer.packString(tier.name)
        packer.packKey("instance")
        packer.packString(instance.text)
        packer.packKey("startNumber")
        packer.packUInt(startNumber)
        packer.packKey("credit")
        packer.packUInt(credit)
        if let connection {
            packer.packKey("connection")
            packer.packUInt(connection)
        }
        packer.packKey("blindShards")
        packer.pack(blindShards)
        packer.packKey("owned")
        packer.packArrayHeader(owned.count)
        for shard in owned {
            packer.packMapHeader(2)
            packer.packKey("index")
            packer.packUInt(UInt64(shard.index))
            packer.packKey("epoch")
            packer.packUInt(UInt64(shard.epoch.rawValue))
        }
        packer.packKey("isStopping")
        packer.packBool(isStopping)
        packer.packKey("load")
        load.pack(into: &packer)
    }
}

/// The broker answers every beat.
extension BeatReply: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(8 + (forwarded == nil ? 0 : 1) + (connection == nil ? 0 : 1))
        packer.packKey("number")
        packer.packUInt(number)
        packer.packKey("brokerNonce")
        packer.packUInt(brokerNonce)
        packer.packKey("placementVersion")
        packer.packUInt(placementVersion)
        packer.packKey("isYoung")
        packer.packBool(isYoung)
        packer.packKey("isBehind")
        packer.packBool(isBehind)
        packer.packKey("dropped")
        packer.packUInt(dropped)
        packer.packKey("unheardServerShards")
        packer.pack(unheardServerShards)
        packer.packKey("unheardRackShards")
        packer.pack(unheardRackShards)
        if let forwarded {
            packer.packKey("forwarded")
            packer.packUInt(forwarded)
        }
        guard let connection else { return }
        packer.packKey("connection")
        packer.packUInt(connection)
    }
}

extension InstanceLoad: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(12)
        packer.packKey("twins")
        packer.packInt(twins)
        packer.packKey("inputsPerSecond")
        packer.packDouble(inputsPerSecond)
        packer.packKey("commitSecondsP99")
        packer.packDouble(commitSecondsP99)
        packer.packKey("statusesOwed")
        packer.packInt(statusesOwed)
        packer.packKey("oldestTurnMilliseconds")
        packer.packInt(oldestTurnMilliseconds)
        packer.packKey("lagSeconds")
        packer.packDouble(lagSeconds)
        packer.packKey("journalBytes")
        packer.packUInt(journalBytes)
        packer.packKey("diskFreeBytes")
        packer.packUInt(diskFreeBytes)
        packer.packKey("residentBytes")
        packer.packUInt(residentBytes)
        packer.packKey("refused")
        packer.pack(refused)
        packer.packKey("quarantined")
        packer.packInt(quarantined)
        packer.packKey("warnings")
        packer.packArrayHeader(warnings.count)
        for warning in warnings { packer.packString(warning) }
    }
}
