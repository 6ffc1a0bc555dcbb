import ArgumentParser
import Foundation
import Synchronization
import Testing
import TwinClient
import TwinCore
import TwinWire

@testable import twinctl

@Suite("Commands that move shards", .serialized)
struct MoveCommandTests {
    private static let shard = ShardID(tier: .server, index: 1)

    private func run(
        _ line: String, against broker: FakeBroker
    ) throws -> (status: TwinClient.ExitStatus, told: Told) {
        let told = Told()
        let arguments = line.split(separator: " ").map(String.init)
        let command = try #require(try Twinctl.parseAsRoot(arguments) as? any TwinctlCommand)
        let status = command.execute(
            output: told.output, environment: ["TWIN_BROKER": broker.endpoint])
        broker.stop()
        return (status, told)
    }

    /// Two server shards with the given owners; shard 1 on its way from a to b if so said.
    private static func placement(
        _ owners: [String], moving: Bool = false, released: Bool = false,
        states: [StatusDocument.Process.State] = [.ok, .ok]
    ) throws -> PlacementDocument {
        var placement = Placement(version: 1, shardCounts: ShardCounts(all: 2))
        for (index, owner) in owners.enumerated() {
            placement[ShardID(tier: .server, index: UInt16(index))] = .init(
                instance: try InstanceName(owner), epoch: .first, isBorn: true)
        }
        if moving {
            placement.set(
                ShardMove(
                    shard: shard, from: try InstanceName("a"), to: try InstanceName("b"),
                    epoch: Epoch(rawValue: 2), number: 2, releasedDigest: released ? 9 : nil))
        }
        return PlacementDocument(
            clusterId: "test", protocol: 1, placement: placement,
            instances: zip(["a", "b"], states).map {
                .init(name: $0, tier: .server, state: $1)
            })
    }

    private static let moves = MovesDocument(
        changed: true, moves: [.init(shard: "server#1", from: "a", to: "b")])

    /// A broker that takes every command and tells these placements, the last one for ever.
    private func broker(
        _ placements: [PlacementDocument], answer: MovesDocument = moves,
        asked: Asked = Asked()
    ) throws -> FakeBroker {
        try FakeBroker { request in
            switch request.envelope.type {
            case .getPlacement:
                return .document(placements[min(asked.nextLook(), placements.count - 1)])
            case .moveShard, .drain, .rebalance, .adopt:
                asked.note("\(request.destination) \(request.envelope.type.rawValue)")
                return .document(answer)
            default: return .refuse(Refusal(.invalid, "not asked for"))
            }
        }
    }

    /// What a broker was asked for.
    private final class Asked: Sendable {
        private let looks = Atomic<Int>(0)
        private let commands = Mutex<[String]>([])

        func nextLook() -> Int { looks.wrappingAdd(1, ordering: .relaxed).oldValue }
        func note(_ command: String) { commands.withLock { $0.append(command) } }
        var all: [String] { commands.withLock { $0 } }
    }

    @Test("move waits for the new owner and says how long it took")
    func move() throws {
        let asked = Asked()
        let (status, told) = try run(
            "move server#1 b",
            against: broker(
                [
                    try Self.placement(["a", "a"], moving: true),
                    try Self.placement(["a", "a"], moving: true, released: true),
                    try Self.placement(["a", "b"]),
                ], asked: asked))
        #expect(status == .ok && told.notes.isEmpty)
        #expect(asked.all == ["broker MoveShard"])
        let answer = try #require(told.answers.first)
        #expect(answer.hasPrefix("server#1 moved from a to b in "))
    }

    @Test("move --json is the broker's document")
    func moveAsJSON() throws {
        let (_, told) = try run(
            "move server#1 b --json", against: broker([try Self.placement(["a", "b"])]))
        #expect(
            told.answers == [
                #"{"version":1,"changed":true,"moves":["#
                    + #"{"shard":"server#1","from":"a","to":"b"}]}"#
            ])
    }

    @Test("a move that was given up is said, with who serves on")
    func givenUp() throws {
        let (status, told) = try run(
            "move server#1 b",
            against: broker([
                try Self.placement(["a", "a"], moving: true), try Self.placement(["a", "a"]),
            ]))
        #expect(status == .unavailable && told.answers.isEmpty)
        #expect(
            told.notes.first?.hasPrefix(
                "twinctl: unavailable: server#1 stays with a: the move was given up") == true)
    }

    @Test("drain waits until nothing is left and says where the shards went")
    func drain() throws {
        let asked = Asked()
        let (status, told) = try run(
            "drain a",
            against: broker(
                [
                    try Self.placement(["a", "a"]), try Self.placement(["b", "a"], moving: true),
                    try Self.placement(["b", "b"]),
                ], asked: asked))
        #expect(status == .ok)
        #expect(asked.all == ["broker Drain"])
        let answer = try #require(told.answers.first)
        #expect(answer.hasPrefix("a is empty: 2 shards moved in "))
        #expect(answer.hasSuffix(", 2 to b; it may be stopped"))
    }

    @Test("drain --no-wait only asks; an instance that is gone is not waited for")
    func drainWithoutWaiting() throws {
        let (_, told) = try run(
            "drain a --no-wait", against: broker([try Self.placement(["a", "a"])]))
        #expect(
            told.answers == [
                "a is being drained: 1 shard to move, 4 at a time\n→ twinctl status"
            ])
        let gone = try Self.placement(["a", "a"], states: [.lost, .ok])
        let (status, lost) = try run("drain a", against: broker([gone]))
        #expect(status == .unavailable && lost.answers.isEmpty)
        #expect(lost.notes.first?.contains("a is gone with 2 of 2 shards") == true)
    }

    @Test("rebalance shows every move, or that there is none")
    func rebalance() throws {
        let placement = try Self.placement(["a", "a"])
        let (_, told) = try run("rebalance server", against: broker([placement]))
        #expect(
            told.answers == [
                "SHARD     FROM  TO\nserver#1  a     b\n\n1 shard to move, 4 at a time\n"
                    + "→ twinctl status"
            ])
        let (_, dry) = try run("rebalance server --dry-run", against: broker([placement]))
        #expect(dry.answers.first?.hasSuffix("\n1 shard would move; nothing was done") == true)
        let (_, none) = try run(
            "rebalance rack",
            against: broker([placement], answer: MovesDocument(changed: false, moves: [])))
        #expect(none.answers == ["balanced: nothing to move"])
    }

    @Test("adopt carries a person's consent only with --yes, and shows what the broker refuses")
    func adopt() throws {
        for yes in [true, false] {
            let asked = Asked()
            let broker = try FakeBroker { request in
                do {
                    let body = try request.decode(AdoptRequest.self)
                    let consent = body.mayBeginEmpty ?? false
                    asked.note("\(body.shard) \(body.to) \(consent)")
                    if consent { return .document(Self.moves) }
                } catch {
                    return .refuse(Refusal(.invalid, "\(error)"))
                }
                return .refuse(
                    Refusal(
                        .conflict, "b is not known to hold server#1",
                        hint: "twinctl adopt server#1 b --yes"))
            }
            let (status, told) = try run("adopt server#1 b\(yes ? " --yes" : "")", against: broker)
            #expect(asked.all == ["server#1 b \(yes)"])
            #expect(status == (yes ? .ok : .refused))
            if yes {
                #expect(told.answers == ["server#1 belongs to b now, before to a"])
            } else {
                #expect(told.notes.first?.contains("b is not known to hold server#1") == true)
            }
        }
    }

    @Test(
        "what names no shard or instance is said before anything is asked",
        arguments: ["move 12 b", "move server/12 b", "move server#x b", "drain a@b", "adopt x b"])
    func mistakes(_ line: String) throws {
        let (status, told) = try run(line, against: broker([try Self.placement([])]))
        #expect(status == .usage)
        #expect(told.notes.first?.contains("names no") == true)
    }
}
