internal import Msgpack
internal import TwinCore
internal import TwinRuntime

/// Everything of a core that must survive, by name, in bytes.
enum DurableState {
    static func of<Service: TierService>(
        _ core: InstanceCore<Service>
    ) throws(FuzzFinding) -> [String: [UInt8]] {
        var parts: [String: [UInt8]] = [:]
        for index in core.ownedIndices {
            guard let shard = core.shards[index] else { continue }
            let name = "\(shard.id) \(shard.epoch)"
            parts["\(name) position \(shard.position)"] = []
            parts["\(name) next ordinal \(shard.nextOrdinal)"] = []
            parts["\(name) highest incident \(shard.highestIncident)"] = []
            parts["\(name) alerts \(shard.alertSequence)"] = []
            parts["\(name) conditions"] = try packed(shard.conditions)
            parts["\(name) metric sets"] = try packed(shard.metricSets)
            parts["\(name) profiles"] = try packed(shard.profiles)
            for slot in shard.slots {
                guard let twin = slot.twin else { continue }
                parts["\(name) \(twin.key) \(twin.ordinal) at \(slot.position)"] =
                    try packed(twin)
            }
        }
        return parts
    }

    private static func packed<Value: Encodable>(_ value: Value) throws(FuzzFinding) -> [UInt8] {
        do {
            return try MsgpackEncoder.encode(value)
        } catch {
            throw FuzzFinding("\(Value.self) does not pack: \(error)")
        }
    }
}
