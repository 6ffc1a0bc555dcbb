import Testing

/// The checker of contested servers finds what it is there to find.
@Suite("the checker of contested servers")
struct RegisterCheckerTests {
    private static let key = "s1"

    private static func put(
        _ label: String, _ from: UInt64, _ to: UInt64?, rack: String = "r1"
    ) -> RegisterWrite {
        RegisterWrite(
            key: key, deed: .commission(rack: rack, label: label), from: from,
            end: to.map { .ok(generation: $0) } ?? .unknown)
    }

    private static func out(_ from: UInt64, isOK: Bool = true) -> RegisterWrite {
        RegisterWrite(
            key: key, deed: .decommission, from: from,
            end: isOK ? .ok(generation: from) : .unknown)
    }

    private static func at(
        _ generation: UInt64, _ label: String?, rack: String = "r1"
    ) -> RegisterRead {
        RegisterRead(
            key: key, generation: generation, isOut: label == nil,
            rack: label == nil ? nil : rack, label: label)
    }

    private static func found(
        _ writes: [RegisterWrite], _ reads: [RegisterRead] = [], final: RegisterRead
    ) -> [RegisterChecker.Violation.Kind] {
        RegisterChecker.violations(
            RegisterHistory(writes: writes, reads: reads), final: [key: final]
        ).map(\.kind)
    }

    @Test("a history in which everybody built on what was there is right")
    func right() {
        let writes = [
            Self.put("a", 1, 4), Self.put("b", 4, 9), Self.put("c", 4, nil), Self.out(9),
            Self.put("d", 9, 12), Self.put("e", 12, nil), Self.put("f", 15, 18),
        ]
        let reads = [Self.at(4, "a"), Self.at(9, nil), Self.at(15, "e")]
        #expect(Self.found(writes, reads, final: Self.at(18, "f")) == [])
    }

    @Test("an ok that is not there in the end is lost")
    func lost() {
        #expect(Self.found([Self.put("a", 1, 4)], final: Self.at(1, "first")) == [.lost])
    }

    @Test("two that built on the same state cannot both have got ok")
    func overwritten() {
        let found = Self.found([Self.put("a", 1, 4), Self.put("b", 1, 6)], final: Self.at(6, "b"))
        #expect(found == [.lost])
    }

    @Test("a generation with two contents is found")
    func twoContents() {
        #expect(!Self.found([Self.put("a", 1, 4)], final: Self.at(4, "b")).isEmpty)
        let twice = Self.found([Self.put("a", 1, 4), Self.put("b", 3, 4)], final: Self.at(4, "b"))
        #expect(twice.contains(.duplicated))
        #expect(!Self.found([Self.put("a", 1, 4)], final: Self.at(4, "a", rack: "r2")).isEmpty)
    }

    @Test("a state that nobody asked for is found")
    func stranger() {
        #expect(Self.found([Self.put("a", 1, 4)], final: Self.at(7, "z")) == [.wrong])
    }

    @Test("a departure with ok stays, and one that nobody asked for is found")
    func departures() {
        #expect(Self.found([Self.out(4)], final: Self.at(4, "first")) == [.lost])
        #expect(Self.found([Self.out(4, isOK: false)], final: Self.at(4, nil)) == [])
        #expect(Self.found([Self.out(2)], final: Self.at(4, nil)) == [.wrong])
    }

    @Test("what got ok and is not counted is lost, what is counted without is doubled")
    func tally() {
        var tally = EffectTally()
        tally.compare(ok: 5, counted: 5)
        tally.compare(wanted: ["a"], found: ["a"])
        #expect(tally == EffectTally())
        tally.compare(ok: 5, counted: 3)
        tally.compare(ok: 1, counted: 2)
        tally.compare(wanted: ["a", "b"], found: ["b", "c"])
        #expect(tally == EffectTally(lost: 3, duplicated: 2))
    }

    @Test(
        "a seed makes one plan, early with every kind of fault, and no member in two at once",
        arguments: 1...100)
    func plan(seed: Int) throws {
        let settings = try ChaosSettings(["TWIN_CHAOS_SEED": "\(seed)"])
        let plan = FaultPlan(settings, disks: [.serverB])
        #expect(plan.faults == FaultPlan(settings, disks: [.serverB]).faults)
        let early = plan.faults.filter { $0.begins < settings.faults.wholeMilliseconds / 2 }
        #expect(Set(early.map(\.kind)) == Set(FaultKind.allCases))
        #expect(early.count { $0.kind == .killClient } >= 2)
        #expect(Set(plan.faults.compactMap(\.party)) == Set(HandoffParty.allCases))
        for member in Member.allCases {
            let own = plan.faults.filter { $0.member == member }
            for (one, next) in zip(own, own.dropFirst()) { #expect(one.ends < next.begins) }
        }
    }
}
