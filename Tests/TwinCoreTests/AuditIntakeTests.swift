import Testing
import TwinCore

@Suite("Audits taken")
struct AuditIntakeTests {
    private static func name(_ text: String) -> InstanceName {
        do { return try InstanceName(text) } catch { preconditionFailure("\(error)") }
    }

    private func part(
        _ part: Int, of audit: UInt64 = 1, by instance: String = "server-a", start: UInt64 = 1
    ) -> AuditIntake.PartNumber {
        AuditIntake.PartNumber(
            instance: Self.name(instance), startNumber: start, audit: audit, part: part)
    }

    private func refusal(
        _ intake: AuditIntake, _ number: AuditIntake.PartNumber
    ) -> Refusal.Code? {
        do throws(Refusal) {
            _ = try intake.admits(number)
            return nil
        } catch {
            return error.code
        }
    }

    @Test("Parts are taken in order; after a missing one only a new list goes on")
    func order() throws {
        var intake = AuditIntake()
        #expect(refusal(intake, part(1)) == .conflict)
        for number in 0..<3 {
            #expect(try intake.admits(part(number)))
            intake.took(part(number), cut: nil, steps: [], at: 0)
        }
        #expect(refusal(intake, part(4)) == .conflict)
        #expect(refusal(intake, part(1, of: 2)) == .conflict)
        #expect(refusal(intake, part(3, by: "server-b")) == .conflict)
        #expect(refusal(intake, part(3, start: 2)) == .conflict)
        #expect(try intake.admits(part(0, of: 2)))
        #expect(try intake.admits(part(3)))
    }

    @Test("A part that comes twice is answered twice and taken once")
    func twice() throws {
        var intake = AuditIntake()
        for number in 0..<2 { intake.took(part(number), cut: nil, steps: [], at: 0) }
        #expect(try !intake.admits(part(0)))
        #expect(try !intake.admits(part(1)))
        #expect(try intake.admits(part(2)))
    }

    @Test("A late part of a list that was given up does not disturb the one that followed it")
    func late() throws {
        var intake = AuditIntake()
        intake.took(part(0, of: 1), cut: nil, steps: [], at: 0)
        intake.took(part(0, of: 2), cut: nil, steps: [], at: 0)
        #expect(try !intake.admits(part(0, of: 1)))
        #expect(try !intake.admits(part(1, of: 1)))
        #expect(try intake.admits(part(1, of: 2)))
        #expect(try intake.admits(part(0, of: 1, start: 2)), "a new process counts anew")
    }

    @Test("A shard that a part leaves open belongs to its list alone")
    func cut() {
        var intake = AuditIntake()
        let cut = AuditIntake.CutShard(
            index: 4, asOf: Version(epoch: .first, position: Position(rawValue: 9)),
            parents: [.fixture("s1"): .fixture("r1")], parts: 1)
        intake.took(part(0), cut: cut, steps: [], at: 0)
        #expect(intake.cut(before: part(1)) == cut)
        #expect(intake.cut(before: part(1, by: "server-b")) == nil)
        #expect(intake.cut(before: part(0, of: 2)) == nil)
        intake.took(part(0, of: 2), cut: nil, steps: [], at: 1)
        #expect(intake.cut(before: part(1)) == nil)
    }

    @Test("While steps are left no part is taken, whoever sends it; steps go in order")
    func steps() throws {
        var intake = AuditIntake()
        let steps: [AuditIntake.Step] = [
            .answered(shard: 1, ShardSet([2])), .look(shard: 1), .look(shard: 2),
        ]
        intake.took(part(0), cut: nil, steps: steps, at: 0)
        #expect(refusal(intake, part(1)) == .overloaded)
        #expect(refusal(intake, part(0, by: "server-b")) == .overloaded)
        for step in steps { #expect(intake.nextStep() == step) }
        #expect(intake.nextStep() == nil && intake.stepsLeft == 0)
        #expect(try intake.admits(part(1)))
    }

    @Test("Whose list is awaited is asked at once, then after 1 to 10 s, and not while it tells")
    func asks() {
        var intake = AuditIntake()
        let awaited = [Self.name("server-a"), Self.name("server-b")]
        #expect(intake.toAsk(awaited, at: 0) == awaited)
        intake.took(part(0), cut: nil, steps: [], at: 10)
        var asked: [(String, Int64)] = []
        for tick in 1...32 as ClosedRange<Int64> {
            let now = tick * 500
            asked += intake.toAsk(awaited, at: now).map { ($0.text, now) }
        }
        #expect(asked.filter { $0.0 == "server-a" }.map(\.1) == [5_500, 7_500, 11_500])
        #expect(asked.filter { $0.0 == "server-b" }.map(\.1) == [1_000, 3_000, 7_000, 15_000])
        #expect(intake.silent == awaited)
        #expect(intake.toAsk([], at: 16_000).isEmpty)
        #expect(intake.silent.isEmpty)
        #expect(intake.toAsk(awaited, at: 16_000) == awaited, "a new need begins anew")
    }
}
