import Testing
import TwinCore

@Suite("Audits sent")
struct AuditScheduleTests {
    private let rackA = AuditScheduleTests.name("rack-a")
    private let rackB = AuditScheduleTests.name("rack-b")
    private let interval = Limits.auditInterval.rawValue

    private static func name(_ text: String) -> InstanceName {
        do { return try InstanceName(text) } catch { preconditionFailure("\(error)") }
    }

    private func schedule() -> AuditSchedule {
        var schedule = AuditSchedule()
        schedule.follow([(rackA, ShardSet([0, 1])), (rackB, ShardSet([2]))], at: 0)
        return schedule
    }

    /// Sends the next part; it is the last one unless said otherwise.
    private func send(
        _ schedule: inout AuditSchedule, as id: UInt64, isLast: Bool = true, at now: Int64
    ) -> (instance: InstanceName, number: UInt64, part: Int)? {
        guard var next = schedule.next(at: now) else { return nil }
        next.list.isLast = isLast
        schedule.sent(next.list, requestID: id, at: now)
        return (next.instance, next.list.number, next.list.part)
    }

    @Test("A list goes to each parent instance every five minutes")
    func periodic() {
        var schedule = schedule()
        #expect(schedule.next(at: interval - 1) == nil)
        #expect(send(&schedule, as: 1, at: interval)?.instance == rackA)
        #expect(send(&schedule, as: 2, at: interval)?.instance == rackB)
        #expect(send(&schedule, as: 3, at: interval) == nil)
        schedule.answered(1, at: interval + 10)
        schedule.answered(2, at: interval + 20)
        #expect(!schedule.isBusy)
        #expect(schedule.next(at: 2 * interval + 9) == nil)
        #expect(send(&schedule, as: 4, at: 2 * interval + 10)?.instance == rackA)
    }

    @Test("A list goes at once when its parent instance asks; others may not")
    func asked() {
        var schedule = schedule()
        schedule.asked(by: rackB, at: 7)
        schedule.asked(by: Self.name("stranger"), at: 7)
        let first = send(&schedule, as: 1, at: 7)
        #expect(first?.instance == rackB && first?.part == 0)
        #expect(send(&schedule, as: 2, at: 7) == nil)
    }

    @Test("One part is in flight per parent instance, the next goes on its answer")
    func parts() {
        var schedule = schedule()
        schedule.asked(by: rackA, at: 0)
        let first = send(&schedule, as: 1, isLast: false, at: 0)
        #expect(schedule.next(at: 0) == nil)
        #expect(schedule.isInFlight(1))
        schedule.answered(1, at: 5)
        let second = send(&schedule, as: 2, isLast: false, at: 5)
        schedule.answered(1, at: 6)
        #expect(schedule.isInFlight(2), "a repeated answer moves nothing")
        schedule.answered(2, at: 7)
        let third = send(&schedule, as: 3, at: 7)
        #expect([first, second, third].map { $0?.part } == [0, 1, 2])
        #expect(first?.number == second?.number && second?.number == third?.number)
        schedule.answered(3, at: 8)
        #expect(schedule.next(at: 8) == nil)
    }

    @Test("A lost or refused part ends its list; a new one begins after a back-off of 0.2 to 10 s")
    func lost() {
        var schedule = schedule()
        schedule.asked(by: rackA, at: 0)
        var now: Int64 = 0
        var waits: [Int64] = []
        var numbers: Set<UInt64> = []
        for id in 1...8 as ClosedRange<UInt64> {
            let asked = now
            while schedule.next(at: now) == nil { now += 100 }
            waits.append(now - asked)
            let sent = send(&schedule, as: id, isLast: false, at: now)
            #expect(sent?.part == 0)
            if let number = sent?.number { numbers.insert(number) }
            if id.isMultiple(of: 2) {
                schedule.failed(id, at: now)
            } else {
                schedule.expire(at: now + Limits.auditPartPatience.rawValue - 1)
                #expect(schedule.isInFlight(id))
                now += Limits.auditPartPatience.rawValue
                schedule.expire(at: now)
            }
            #expect(!schedule.isInFlight(id))
        }
        #expect(waits == [0, 200, 400, 800, 1_600, 3_200, 6_400, 10_000])
        #expect(numbers.count == 8)
    }

    @Test("Who asks while a list is on its way gets another one right after it")
    func askedAgain() {
        var schedule = schedule()
        schedule.asked(by: rackA, at: 0)
        let first = send(&schedule, as: 1, at: 0)
        schedule.asked(by: rackA, at: 1)
        #expect(schedule.next(at: 1) == nil)
        schedule.answered(1, at: 2)
        let second = send(&schedule, as: 2, at: 2)
        #expect(second?.instance == rackA && second?.number != first?.number)
    }

    @Test("A list whose parent shards moved is given up, and a new one begins at once")
    func moved() {
        var schedule = schedule()
        schedule.asked(by: rackA, at: 0)
        _ = send(&schedule, as: 1, isLast: false, at: 0)
        schedule.follow([(rackA, ShardSet([0])), (rackB, ShardSet([1, 2]))], at: 3)
        #expect(!schedule.isInFlight(1))
        let next = schedule.next(at: 3)
        #expect(next?.parents.indices == [0] && next?.list.part == 0)
        schedule.follow([(rackB, ShardSet([0, 1, 2]))], at: 4)
        #expect(!schedule.isBusy, "an instance that owns nothing gets nothing")
    }

    @Test("A shard names the children of the parents asked for, with their present versions")
    func children() throws {
        var shard = Shard<ServerTwin>(
            id: ShardID(tier: .server, index: 3), epoch: .first,
            configuration: ClusterConfiguration(), childShardCount: 0, running: .zero)
        let time = TurnTime(running: .zero, wall: ServerBench.start)
        for (key, rack) in [("s1", "r1"), ("s2", "r2"), ("s3", "r1"), ("s4", "r1")] {
            shard.take(
                shard.birth(of: .fixture(key), .commission(try ServerBench.commission(rack: rack))),
                at: time, record: 1)
        }
        let gone = try #require(shard.twin(.fixture("s3")))
        shard.take(.twin(ordinal: gone.ordinal, .decommission), at: time, record: 1)
        let r1 = TwinKey.fixture("r1").shardIndex(shardCount: 8)
        let listed = shard.children(of: ShardSet([r1]), parentShardCount: 8)
        #expect(listed.index == 3 && listed.epoch == .first && listed.position == shard.position)
        let r2 = TwinKey.fixture("r2").shardIndex(shardCount: 8)
        #expect(r1 != r2)
        #expect(listed.children.map(\.key.description) == ["s1", "s4"])
        #expect(
            listed.children.map(\.version)
                == ["s1", "s4"].compactMap { shard.twin(.fixture($0))?.version })
        #expect(
            shard.ordinals(ofChildrenOf: r2, parentShardCount: 8)
                == [shard.twin(.fixture("s2"))?.ordinal])
    }
}
