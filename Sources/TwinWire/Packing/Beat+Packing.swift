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
        packer.pack(rare: blindShards)
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
        packer.pack(rare: refused)
        packer.packKey("quarantined")
        packer.packInt(quarantined)
        packer.packKey("warnings")
        packer.packArrayHeader(warnings.count)
        for warning in warnings { packer.packString(warning) }
    }
}
