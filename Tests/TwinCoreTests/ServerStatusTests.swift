import Testing
import TwinCore

@Suite("What a server tells its rack")
struct ServerStatusTests {
    private func receipt(
        _ bench: ServerBench, from rack: String = "dc1-r07", version: Version? = nil,
        _ disposition: Receipt.Disposition = .member, folds: FoldSet = FoldSet()
    ) throws -> Receipt {
        Receipt(
            parent: try TwinKey(rack), version: version ?? bench.twin.version,
            disposition: disposition, folds: folds)
    }

    private func foldSet(_ numbers: [UInt32], position: UInt64) throws -> FoldSet {
        let rack = TwinAddress(tier: .rack, key: try TwinKey("dc1-r07"))
        return FoldSet(
            version: Version(epoch: .first, position: Position(rawValue: position)),
            entries: numbers.map {
                FoldEntry(child: $0, parent: IncidentID(address: rack, number: 1))
            })
    }

    @Test("is owed until the receipt names exactly that version")
    func owing() throws {
        var bench = try ServerBench()
        bench.rackAnswers = false
        bench.report()
        let rack = try TwinKey("dc1-r07")
        #expect(bench.twin.owedParents == [rack])
        let old = Version(epoch: .first, position: Position(rawValue: 1))
        #expect(bench.twin.version > old)
        #expect(bench.twin.isSettled(by: try receipt(bench, version: old)))
        bench.step(.receipt(try receipt(bench)))
        #expect(bench.twin.owedParents.isEmpty)
        #expect(bench.twin.isSettled(by: try receipt(bench)))
    }

    @Test("raises its version exactly when what the rack sees changes")
    func versions() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(2))
        var last = bench.twin.status
        var version = bench.twin.version
        func check(_ changes: [String: Float]) {
            bench.wait(.seconds(10))
            bench.report(changes)
            #expect((bench.twin.status != last) == (bench.twin.version != version))
            last = bench.twin.status
            version = bench.twin.version
        }
        for _ in 0..<60 { check([:]) }
        for _ in 0..<20 { check(["system.network.link_up": 0]) }
        for index in 0..<60 { check(["system.network.dropped": Float(index % 7) * 0.002]) }
    }

    @Test("a change of the digest alone raises the version at most every 30 s")
    func digest() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(2))
        var versions: Set<Version> = []
        bench.run(for: .minutes(10)) { ["system.network.dropped": $0 % 2 == 0 ? 0.015 : 0.001] }
        for _ in 0..<60 {
            bench.wait(.seconds(10))
            bench.report(["system.network.dropped": bench.inputs % 2 == 0 ? 0.015 : 0.001])
            versions.insert(bench.twin.version)
        }
        #expect(versions.count <= 21)
        bench.run(for: .minutes(2), ["system.network.dropped": 0.015])
        let value = try #require(bench.twin.status?.digest[.dropped])
        #expect(value > 0.011 && value < 0.017)
        #expect(bench.twin.book.incidents.isEmpty)
    }

    @Test("mistake 7: a move leaves nothing at the old rack and continues at the new one")
    func move() throws {
        var bench = try ServerBench()
        bench.rackAnswers = false
        bench.run(for: .minutes(2), ["hw.power_supply.ok": 0])
        bench.step(.receipt(try receipt(bench, folds: try foldSet([1], position: 5))))
        #expect(bench.incident(.powerSupply)?.fold != nil)
        bench.step(.commission(try ServerBench.commission(rack: "dc1-r08")))
        let old = try TwinKey("dc1-r07")
        let new = try TwinKey("dc1-r08")
        #expect(bench.twin.owedParents == [new, old])
        #expect(bench.twin.message(for: old).status == nil)
        let status = try #require(bench.twin.message(for: new).status)
        #expect(status.incidents.map(\.number) == [1])
        #expect(status.foldsVersion == .none)
        #expect(bench.twin.book.location.rack == "dc1-r08")
        // What the old rack still says about membership settles nothing.
        bench.step(.receipt(try receipt(bench, from: "dc1-r07", .notMember)))
        #expect(bench.twin.owedParents == [new])
        // An old status overtook the leaving: the old rack lists it again and is told again.
        bench.step(.receipt(try receipt(bench, from: "dc1-r07", .member)))
        #expect(bench.twin.owedParents == [new, old])
    }

    @Test("a fifth rack that has not receipted the leaving refuses the next move")
    func manyMoves() throws {
        var bench = try ServerBench()
        bench.rackAnswers = false
        for rack in 1...4 {
            let commission = try ServerBench.commission(rack: "r\(rack)")
            #expect(bench.twin.admission(of: commission, ifGeneration: nil) == .apply)
            bench.step(.commission(commission))
        }
        #expect(bench.twin.formerRacks.count == 4)
        let fifth = try ServerBench.commission(rack: "r5")
        guard case .refused(let refusal) = bench.twin.admission(of: fifth, ifGeneration: nil)
        else {
            Issue.record("a fifth former rack was taken")
            return
        }
        #expect(refusal.code == .overloaded)
        // Back to a former rack frees one place.
        let back = try ServerBench.commission(rack: "r3")
        #expect(bench.twin.admission(of: back, ifGeneration: nil) == .apply)
        bench.step(.commission(back))
        #expect(!bench.twin.formerRacks.contains(try TwinKey("r3")))
    }

    @Test("commissions are idempotent by content and guarded by the generation")
    func generations() throws {
        var bench = try ServerBench()
        let here = try ServerBench.commission(rack: "dc1-r07")
        let there = try ServerBench.commission(rack: "dc1-r08")
        let generation = bench.twin.generation
        #expect(generation == 1)
        #expect(bench.twin.admission(of: here, ifGeneration: 0) == .already)
        #expect(bench.twin.admission(of: there, ifGeneration: generation) == .apply)
        for wanted in [UInt64(0), 17] {
            guard
                case .refused(let refusal) = bench.twin.admission(of: there, ifGeneration: wanted)
            else {
                Issue.record("generation \(wanted) was taken")
                continue
            }
            #expect(refusal.code == .conflict)
            #expect(refusal.message.contains("in rack dc1-r07 of dc1, generation 1"))
        }
        bench.step(.decommission)
        #expect(bench.twin.admission(ofDecommissionIfGeneration: nil) == .already)
        #expect(bench.twin.admission(of: here, ifGeneration: 0) == .apply)
        #expect(bench.twin.admission(of: here, ifGeneration: generation) == .apply)
    }

    @Test("mistake 5: a decommission resolves everything and is kept 24 h and until receipted")
    func decommission() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(2), ["hw.power_supply.ok": 0])
        bench.rackAnswers = false
        bench.step(.decommission)
        #expect(bench.alerts.last?.change == .resolved)
        #expect(bench.twin.book.incidents.isEmpty)
        #expect(bench.twin.statusWord == "decommissioned")
        let rack = try TwinKey("dc1-r07")
        #expect(bench.twin.owedParents == [rack])
        #expect(bench.twin.message(for: rack).status == nil)
        bench.wait(.hours(25))
        #expect(!bench.twin.isRemovable)
        bench.step(.receipt(try receipt(bench, .notMember)))
        #expect(bench.twin.isRemovable)
        #expect(bench.twin.nextDue == nil)
    }

    @Test("a server commissioned again after a decommission starts afresh, its numbers do not")
    func again() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(2), ["hw.power_supply.ok": 0])
        bench.step(.decommission)
        bench.step(.commission(try ServerBench.commission(rack: "dc1-r09")))
        #expect(bench.twin.statusWord == "awaiting")
        #expect(bench.twin.window.count == 0)
        bench.run(for: .minutes(2), ["hw.power_supply.ok": 0])
        #expect(bench.incident(.powerSupply)?.number == 2)
    }

    @Test("folds of a newer set apply, unknown ids are ignored, and the rack learns it")
    func folds() throws {
        var bench = try ServerBench()
        bench.rackAnswers = false
        bench.run(for: .seconds(20), ["hw.power_supply.ok": 0])
        #expect(bench.incident(.powerSupply)?.phase == .pending)
        let set = try foldSet([1, 99], position: 5)
        bench.step(.receipt(try receipt(bench, folds: set)))
        #expect(bench.incident(.powerSupply)?.phase == .open)
        #expect(bench.pages.isEmpty)
        #expect(bench.twin.status?.foldsVersion == set.version)
        #expect(bench.twin.owedParents.count == 1)
        #expect(bench.twin.isSettled(by: try receipt(bench, folds: set)) == false)
        bench.step(.receipt(try receipt(bench, folds: set)))
        #expect(bench.twin.isSettled(by: try receipt(bench, folds: try foldSet([], position: 4))))
        bench.run(for: .hours(1), ["hw.power_supply.ok": 0])
        #expect(bench.pages.isEmpty)
        // The rack lists it no more: a fresh hold, then it pages.
        bench.step(.receipt(try receipt(bench, folds: try foldSet([], position: 6))))
        #expect(bench.pages.isEmpty)
        bench.run(for: .minutes(2), ["hw.power_supply.ok": 0])
        #expect(bench.pages.map(\.change) == [.unfolded])
    }

    @Test("a rack that refuses it is not asked again until there is news: one not-watched warning")
    func refused() throws {
        var bench = try ServerBench()
        bench.rackAnswers = false
        bench.report()
        for _ in 0..<3 where !bench.twin.owedParents.isEmpty {
            bench.step(.receipt(try receipt(bench, .refused(reason: "256 members already"))))
        }
        #expect(bench.twin.owedParents.isEmpty)
        #expect(bench.changes(of: .notWatched) == [.opened])
        #expect(
            bench.twin.isSettled(by: try receipt(bench, .refused(reason: "256 members already"))))
        bench.run(for: .minutes(2), ["system.network.link_up": 0])
        #expect(!bench.twin.owedParents.isEmpty)
        bench.step(.receipt(try receipt(bench)))
        #expect(bench.changes(of: .notWatched) == [.opened, .resolved])
    }

    @Test("the view has what get server shows")
    func view() throws {
        var bench = try ServerBench()
        bench.run(for: .minutes(5), devices: "eno1")
        let view = bench.twin.view
        #expect(view.status == "healthy")
        #expect(view.windowReports == 30)
        #expect(view.intervalSource == .declared)
        let cpu = try #require(view.metrics.first)
        #expect(cpu.warn == 0.85)
        #expect(cpu.critical == 0.95)
        #expect(cpu.values.count == 30)
        #expect(cpu.expectedLow == nil)
        let drops = try #require(view.metrics.first { $0.name == "system.network.dropped" })
        #expect(drops.warn == 0.02)
        #expect(drops.critical == nil)
        #expect(drops.device == "eno1")
        let link = try #require(view.metrics.first { $0.name == "system.network.link_up" })
        #expect(link.warn == nil)
        #expect(link.critical == 0.5)
    }
}

extension ServerBench {
    /// Reports at the interval with a worst device for the packet drops.
    mutating func run(for span: Milliseconds, devices name: String) {
        for _ in 0..<Int(span.rawValue / interval.rawValue) {
            wait(interval)
            report(devices: [WorstDevice(metricIndex: 4, name: name)])
        }
    }
}
