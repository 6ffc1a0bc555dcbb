package import Msgpack
package import TwinCore

/// The broker reads one of every instance every second.
extension Beat: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        try unpacker.expectKey("number")
        let number = try unpacker.readUInt64()
        try unpacker.expectKey("tier")
        let tier = try unpacker.known(Tier(name: try unpacker.readText()))
        try unpacker.expectKey("instance")
        let instance = try unpacker.readInstance()
        try unpacker.expectKey("startNumber")
        let startNumber = try unpacker.readUInt64()
        try unpacker.expectKey("credit")
        let credit = try unpacker.readUInt64()
        let connection = unpacker.takeKey("connection") ? try unpacker.readUInt64() : nil
        try unpacker.expect(count == (connection == nil ? 9 : 10))
        try unpacker.expectKey("blindShards")
        let blindShards = try unpacker.readShards()
        try unpacker.expectKey("owned")
        var owned: [OwnedShard] = []
        let ownedCount = try unpacker.readArrayHeader()
        owned.reserveCapacity(ownedCount)
        for _ in 0..<ownedCount { owned.append(try unpacker.readOwned()) }
        try unpacker.expectKey("isStopping")
        let isStopping = try unpacker.readBool()
        try unpacker.expectKey("load")
        self.init(
            number: number, tier: tier, instance: instance, startNumber: startNumber,
            credit: credit, connection: connection, blindShards: blindShards, owned: owned,
            isStopping: isStopping, load: try InstanceLoad(unpacking: &unpacker))
    }
}

extension InstanceLoad: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        self.init()
        try unpacker.expectMap(of: 12)
        try unpacker.expectKey("twins")
        twins = try unpacker.readInt()
        try unpacker.expectKey("inputsPerSecond")
        inputsPerSecond = try unpacker.readDouble()
        try unpacker.expectKey("commitSecondsP99")
        commitSecondsP99 = try unpacker.readDouble()
        try unpacker.expectKey("statusesOwed")
        statusesOwed = try unpacker.readInt()
        try unpacker.expectKey("oldestTurnMilliseconds")
        oldestTurnMilliseconds = try unpacker.readInt64()
        try unpacker.expectKey("lagSeconds")
        lagSeconds = try unpacker.readDouble()
        try unpacker.expectKey("journalBytes")
        journalBytes = try unpacker.readUInt64()
        try unpacker.expectKey("diskFreeBytes")
        diskFreeBytes = try unpacker.readUInt64()
        try unpacker.expectKey("residentBytes")
        residentBytes = try unpacker.readUInt64()
        try unpacker.expectKey("refused")
        for _ in 0..<(try unpacker.readMapHeader()) {
            let code = try unpacker.readText()
            // Of a key that comes twice the other way says so.
            try unpacker.expect(
                refused.updateValue(try unpacker.readUInt64(), forKey: code) == nil)
        }
        try unpacker.expectKey("quarantined")
        quarantined = try unpacker.readInt()
        try unpacker.expectKey("warnings")
        for _ in 0..<(try unpacker.readArrayHeader()) { warnings.append(try unpacker.readText()) }
    }
}

/// Every instance reads one every second.
extension BeatReply: SelfUnpacking {
    package init(unpacking unpacker: inout Unpacker) throws(MsgpackError) {
        let count = try unpacker.readMapHeader()
        try unpacker.expectKey("number")
        let number = try unpacker.readUInt64()
        try unpacker.expectKey("brokerNonce")
        let brokerNonce = try unpacker.readUInt64()
        try unpacker.expectKey("placementVersion")
        let placementVersion = try unpacker.readUInt64()
        try unpacker.expectKey("isYoung")
        let isYoung = try unpacker.readBool()
        try unpacker.expectKey("isBehind")
        let isBehind = try unpacker.readBool()
        try unpacker.expectKey("dropped")
        let dropped = try unpacker.readUInt64()
        try unpacker.expectKey("unheardServerShards")
        let unheardServerShards = try unpacker.readShards()
        try unpacker.expectKey("unheardRackShards")
        let unheardRackShards = try unpacker.readShards()
        let forwarded = unpacker.takeKey("forwarded") ? try unpacker.readUInt64() : nil
        let connection = unpacker.takeKey("connection") ? try unpacker.readUInt64() : nil
        try unpacker.expect(
            count == 8 + (forwarded == nil ? 0 : 1) + (connection == nil ? 0 : 1))
        self.init(
            number: number, brokerNonce: brokerNonce, placementVersion: placementVersion,
            isYoung: isYoung, isBehind: isBehind, dropped: dropped,
            unheardServerShards: unheardServerShards, unheardRackShards: unheardRackShards,
            forwarded: forwarded, connection: connection)
    }
}

extension Unpacker {
    fileprivate mutating func readOwned() throws(MsgpackError) -> OwnedShard {
        try expectMap(of: 2)
        try expectKey("index")
        let index = try readUInt16()
        try expectKey("epoch")
        return OwnedShard(index: index, epoch: try readEpoch())
    }
}
