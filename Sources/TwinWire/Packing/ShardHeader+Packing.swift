package import Msgpack
package import TwinCore

/// Every slice of rows has the rows of the shards that are longest behind.
extension ShardHeader: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(parentEpochs == nil ? 11 : 12)
        packer.packKey("epoch")
        packer.packUInt(UInt64(epoch.rawValue))
        packer.packKey("conditionsPosition")
        packer.packUInt(conditionsPosition.rawValue)
        packer.packKey("conditions")
        conditions.pack(into: &packer)
        packer.packKey("position")
        packer.packUInt(position.rawValue)
        packer.packKey("running")
        packer.packInt(running.rawValue)
        packer.packKey("elapsedOffset")
        packer.packInt(elapsedOffset.rawValue)
        packer.packKey("nextOrdinal")
        packer.packUInt(UInt64(nextOrdinal))
        packer.packKey("highestIncident")
        packer.packUInt(UInt64(highestIncident))
        packer.packKey("alertSequence")
        packer.packUInt(alertSequence)
        packer.packKey("metricSets")
        packer.packArrayHeader(metricSets.all.count)
        for set in metricSets.all {
            packer.packArrayHeader(set.names.count)
            for name in set.names { packer.packString(name) }
        }
        packer.packKey("profiles")
        packer.packArrayHeader(profiles.count)
        for profile in profiles { profile.pack(into: &packer) }
        if let parentEpochs {
            packer.packKey("parentEpochs")
            packer.pack(parentEpochs)
        }
    }
}

extension ShardConditions: SelfPacking {
    package func pack(into packer: inout Packer) {
        packer.packMapHeader(awaited == nil ? 6 : 7)
        packer.packKey("floor")
        packer.packInt(floor.milliseconds)
        packer.packKey("isObserving")
        packer.packBool(isObserving)
        packer.packKey("configuration")
        packer.pack(configuration)
        packer.packKey("unheardChildShards")
        packer.pack(unheardChildShards)
        packer.packKey("childShardCount")
        packer.packInt(childShardCount)
        packer.packKey("sourceEpochs")
        packer.pack(sourceEpochs)
        if let awaited {
            packer.packKey("awaited")
            packer.pack(awaited)
        }
    }
}

extension Packer {
    fileprivate mutating func pack(_ epochs: ShardEpochs) {
        packArrayHeader(epochs.entries.count)
        for entry in epochs.entries {
            packMapHeader(2)
            packKey("shard")
            packUInt(UInt64(entry.shard))
            packKey("epoch")
            packUInt(UInt64(entry.epoch.rawValue))
        }
    }

    fileprivate mutating func pack(_ configuration: ClusterConfiguration) {
        packMapHeader(configuration.staleAfterMilliseconds == nil ? 2 : 3)
        packKey("pageFrom")
        packString(configuration.pageFrom.name)
        packKey("allowsSimulation")
        packBool(configuration.allowsSimulation)
        pack(present: configuration.staleAfterMilliseconds, as: "staleAfterMilliseconds")
    }
}
