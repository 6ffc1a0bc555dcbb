import Foundation
import FuzzTargets
import TwinCore
import TwinRuntime
import TwinStore
import TwinWire

/// Inputs to begin with, made from Protocol.md and from files as production code writes them.
enum Seeds {
    /// One example of Protocol.md.
    private struct Example {
        var title: String
        var envelope: [UInt8] = []
        var payload: [UInt8] = []

        var type: String { String(title.prefix { $0 != " " }) }
        var name: String { title.replacing(" ", with: "-") }
    }

    /// Every seed of a target by its name.
    static func all(of target: FuzzTarget) throws -> [String: [UInt8]] {
        var seeds: [String: [UInt8]] = [:]
        for (name, bytes) in try list(of: target) { seeds["seed-\(name)"] = bytes }
        return seeds
    }

    private static func list(of target: FuzzTarget) throws -> [(String, [UInt8])] {
        switch target {
        case .envelope:
            let texts = ["server/dc1-r07-s12", "rack#255", "dc@dc-a", "broker"]
            return try examples().map { ($0.name, $0.envelope) } + greedy(after: [])
                + texts.enumerated().map { ("destination-\($0.offset)", Array($0.element.utf8)) }
        case .message:
            return try MessageCheck.types.enumerated().flatMap { index, type in
                try examples().filter { $0.type == type.rawValue }.map {
                    ("\(index)-\($0.name)", [UInt8(index)] + $0.payload)
                }
            } + greedy(after: [0])
        case .reportBatch:
            return try examples().filter { $0.title == "ReportBatch request" }
                .map { ($0.name, $0.payload) } + greedy(after: []) + greedy(after: [0x96])
        case .placement: return try placements()
        case .journalRecord:
            return FuzzSeeds.journalRecords.enumerated().map { ("\($0.offset)", $0.element) }
                + greedy(after: [0]) + greedy(after: [0, 1, 0, 0])
        case .journalFile: return try journalFiles()
        case .instance:
            return try examples().enumerated().map { index, example in
                let number = MessageType.allCases.firstIndex { $0.rawValue == example.type } ?? 0
                let count = example.payload.count
                let head = [
                    UInt8(index % 3), UInt8(number), UInt8(index % 2 == 0 ? 0 : 3),
                    UInt8(count & 0xff), UInt8(count >> 8),
                ]
                return (example.name, head + example.payload)
            }
        }
    }

    /// Few bytes that declare much: four billion items, pairs or bytes, and a thousand containers
    /// one inside the other. `head` is what stands before them.
    private static func greedy(after head: [UInt8]) -> [(String, [UInt8])] {
        let depth = 1_000
        let openings: [(String, [UInt8])] = [
            ("array32", [0xdd, 0xff, 0xff, 0xff, 0xff]), ("map32", [0xdf, 0xff, 0xff, 0xff, 0xff]),
            ("str32", [0xdb, 0xff, 0xff, 0xff, 0xff]), ("bin32", [0xc6, 0xff, 0xff, 0xff, 0xff]),
            ("ext32", [0xc9, 0xff, 0xff, 0xff, 0xff]),
            ("deep-arrays", Array(repeating: 0x91, count: depth)),
            ("deep-maps", Array(repeating: [0x81, 0xc0], count: depth).flatMap(\.self)),
        ]
        return openings.map { ("greedy-\($0.0)-after-\(head.count)", head + $0.1) }
    }

    // MARK: Protocol.md

    private static func examples() throws -> [Example] {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let file = root.appending(path: "Sources/TwinWire/Protocol.md")
        var examples: [Example] = []
        var field = ""
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
            if line.hasPrefix("```example ") {
                examples.append(Example(title: String(line.dropFirst("```example ".count))))
                continue
            }
            guard !examples.isEmpty, line != "```" else { continue }
            let name = line.prefix { $0 != " " }
            if !name.isEmpty { field = String(name) }
            let words = line.dropFirst(name.count).split(separator: " ")
            let bytes = words.map { UInt8($0, radix: 16) }
            guard !bytes.contains(nil) else { continue }
            switch field {
            case "envelope": examples[examples.count - 1].envelope += bytes.compactMap(\.self)
            case "payload": examples[examples.count - 1].payload += bytes.compactMap(\.self)
            default: continue
            }
        }
        return examples
    }

    // MARK: files

    private static func placements() throws -> [(String, [UInt8])] {
        var record = BrokerRecord(
            clusterID: "7f3a91", configuration: ClusterConfiguration(),
            shardCounts: ShardCounts(server: 4, rack: 2, dc: 1))
        record.set(
            BrokerRecord.Member(
                name: try InstanceName("server-a"), tier: .server, confirmedStart: 3,
                offeredStart: 4))
        for index in UInt16(0)..<3 {
            record.placement[ShardID(tier: .server, index: index)] = Placement.Owner(
                instance: try InstanceName("server-a"), epoch: .first, isBorn: index < 2)
        }
        let disk = MemoryDisk()
        try PlacementFile(on: disk).write(record)
        let file = try disk.contents(of: PlacementFile<MemoryDisk>.name)
        let body = file[(file.firstIndex(of: UInt8(ascii: "r")) ?? 0)...]
        let start = body.firstIndex(of: UInt8(ascii: "{")) ?? body.startIndex
        return [("file", [0] + file), ("record", [1] + body[start...].dropLast(2))]
    }

    private static func journalFiles() throws -> [(String, [UInt8])] {
        var seeds: [(String, [UInt8])] = []
        for (count, size) in [(0, 0), (1, 3), (3, 20), (2, 100)] {
            let disk = MemoryDisk()
            var journal = try Journal(on: disk, segmentBytes: 8_192, salt: 7)
            for number in 0..<count {
                let payload = [UInt8](repeating: UInt8(number), count: size)
                _ = try journal.append(payload.span)
                if number == 0 { _ = try journal.sync() }
            }
            let file = try disk.contents(of: "journal-0000000001.seg")
            let used = file.lastIndex { $0 != 0 } ?? 0
            let records = used < 4_096 ? [] : file[4_096...used]
            for flags in [UInt8(0), 2] {
                seeds.append(("\(count)-of-\(size)-\(flags)", [flags] + file[..<40] + records))
            }
        }
        return seeds
    }
}
