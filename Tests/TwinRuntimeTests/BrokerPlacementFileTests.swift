import Testing
import TwinCore
import TwinRuntime
import TwinStore

struct BrokerPlacementFileTests {
    private func record() throws -> BrokerRecord {
        var record = BrokerRecord(
            clusterID: "7f3a91",
            configuration: ClusterConfiguration(pageFrom: .warning, allowsSimulation: true),
            shardCounts: ShardCounts(server: 300, rack: 7, dc: 1))
        for (name, tier) in [("server-b", Tier.server), ("server-a", .server), ("dc-a", .dc)] {
            record.set(
                BrokerRecord.Member(
                    name: try InstanceName(name), tier: tier, confirmedStart: 3, offeredStart: 4))
        }
        for index in UInt16(0)..<300 where index % 7 != 0 {
            record.placement[ShardID(tier: .server, index: index)] = Placement.Owner(
                instance: try InstanceName(index < 150 ? "server-a" : "server-b"),
                epoch: Epoch(rawValue: 1 + UInt32(index) / 100), isBorn: index % 2 == 0)
        }
        record.placement.version = 12
        return record
    }

    @Test("what was written is read, and nothing is nothing")
    func roundTrip() throws {
        let disk = MemoryDisk()
        let file = PlacementFile(on: disk)
        #expect(try file.read() == nil)
        try file.write(try record())
        #expect(try file.read() == record())
        #expect(try record().members.map(\.name.text) == ["dc-a", "server-a", "server-b"])
    }

    @Test("the file is JSON that begins with its format")
    func format() throws {
        let disk = MemoryDisk()
        try PlacementFile(on: disk).write(try record())
        let text = String(
            decoding: try disk.contents(of: PlacementFile<MemoryDisk>.name), as: UTF8.self)
        #expect(text.hasPrefix("{\"format\":1,\"crc32\":\""))
        #expect(text.hasSuffix("}}\n"))
    }

    @Test("after a power cut at any step the file is the old one or the new one")
    func powerCuts() throws {
        let old = try record()
        var new = old
        new.placement.version = 13
        for step in 0..<12 {
            let disk = MemoryDisk()
            try PlacementFile(on: disk).write(old)
            disk.fail(after: step, with: .inputOutput)
            var isWritten = true
            do {
                try PlacementFile(on: disk).write(new)
            } catch {
                isWritten = false
            }
            let outages = [Outage.processCrash, .powerCut, .tornPowerCut(seed: UInt64(step))]
            for outage in outages {
                let found = try PlacementFile(on: disk.copy(after: outage)).read()
                #expect(found == new || (found == old && !isWritten))
            }
            disk.heal()
            try PlacementFile(on: disk).write(new)
            #expect(try PlacementFile(on: disk).read() == new)
        }
    }

    @Test("every flipped bit and every cut end is found")
    func damage() throws {
        let disk = MemoryDisk()
        let file = PlacementFile(on: disk)
        let name = PlacementFile<MemoryDisk>.name
        try file.write(try record())
        let count = try disk.contents(of: name).count
        for offset in stride(from: 0, to: count, by: 3) {
            try disk.flip(bit: offset % 8, of: name, at: offset)
            let error = #expect(throws: StoreError.self) { try file.read() }
            #expect(error?.kind == .corrupt || error?.kind == .newerSchema)
            try disk.flip(bit: offset % 8, of: name, at: offset)
        }
        #expect(try file.read() == record())
    }

    @Test("a newer format is said to be one")
    func newerFormat() throws {
        let disk = MemoryDisk()
        let bytes = Array("{\"format\":2,\"else\":{}}\n".utf8)
        let stored = try disk.create(
            PlacementFile<MemoryDisk>.name, bytes: UInt64(bytes.count))
        try stored.write(bytes.span, at: 0)
        let error = #expect(throws: StoreError.self) { try PlacementFile(on: disk).read() }
        #expect(error?.kind == .newerSchema)
        #expect(error?.sentence.contains("found format 2") == true)
    }
}
