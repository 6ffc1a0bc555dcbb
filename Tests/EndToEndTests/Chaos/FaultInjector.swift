import Foundation
import Glibc

/// Carries out a plan of faults on a running cluster, and starts again whatever ended.
final class FaultInjector {
    /// How often each fault was done to whom, and whether it struck.
    struct Tally: Sendable {
        var done: [String: Int] = [:]
        /// Ends by a failing disk, each with status 74 and a sentence.
        var diskEnds = 0
        /// Disk faults that were over before the instance wrote.
        var missed = 0
        /// Starts refused because the name was still taken; tried again.
        var refusedStarts = 0
        /// Faults in the midst of a move, that found none.
        var unaimed = 0
        /// Kinds that were done to somebody.
        var struck: Set<FaultKind> = []
        /// Kinds that this machine does not let us do, and why.
        var skipped: [FaultKind: String] = [:]

        /// Says once why a kind is not done.
        fileprivate mutating func skip(_ kind: FaultKind, _ reason: String) {
            guard skipped.updateValue(reason, forKey: kind) == nil else { return }
            print("chaos: \(kind.rawValue) is skipped: \(reason)")
        }
    }

    private struct Active {
        let fault: Fault
        var tracer: ServiceProcess?
        /// The process that the fault is done to.
        let process: ServiceProcess
    }

    private let cluster: Cluster
    private let operators: ChaosOperators
    private let disks: [Member: SmallDisk]
    private let client: KilledClient
    private let reader: KilledReader
    private let history: History
    private(set) var tally = Tally()
    private var clientKills = 0
    private var active: [Member: Active] = [:]
    private var restartAt: [Member: Int64] = [:]
    /// Waiting for a move to strike at.
    private var aimed: [Fault] = []
    /// The first of their kind, whose victims were not free: each kind is done in every run.
    private var postponed: [Fault] = []
    /// Ending because an operator said so.
    private var leaving: [Member: ServiceProcess] = [:]
    /// Not to be started before an operator says so.
    private var absent = Set(ChaosOperators.joiners)
    /// When a disk was healthy again; who had begun to end by then may still do so.
    private var healedAt: [Member: Int64] = [:]

    private static let lookEvery = Duration.milliseconds(20)
    /// What an end by a disk fault may take after the fault is set.
    private static let overdue: Int64 = 20_000
    private static let restartAfter: Int64 = 500
    private static let storageFailed = ServiceProcess.End.exit(74)
    private static let refusedStart = ServiceProcess.End.exit(1)
    /// A write past the limit fails only while its signal is ignored.
    private static let ignoringFileSize = ["/bin/sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]

    init(
        _ cluster: Cluster, _ operators: ChaosOperators, disks: [Member: SmallDisk],
        clients: ChaosClients, _ history: History
    ) {
        self.cluster = cluster
        self.operators = operators
        self.disks = disks
        client = clients.killed
        reader = clients.killedReader
        self.history = history
    }

    /// Starts a member so that its disk can be limited.
    static func start(_ member: Member, of cluster: Cluster) throws {
        try cluster.start(member, wrapper: member.tier == nil ? [] : ignoringFileSize)
    }

    /// From the first fault to the end of the last, with everybody running afterwards and the
    /// operators at rest.
    /// - Parameter check: looks at the clients now and then; throws what has ended one.
    func run(_ plan: FaultPlan, until end: Int64, check: () throws -> Void) async throws {
        let began = history.now
        var next = plan.faults.startIndex
        while history.now - began < end || !active.isEmpty || !restartAt.isEmpty
            || !operators.areOver
        {
            let now = history.now - began
            if now >= end { operators.stop() }
            while next < plan.faults.endIndex, plan.faults[next].begins <= now {
                try await begin(plan.faults[next])
                next += 1
            }
            if now < end { try await catchUp(now: now) }
            try await aim(now: now)
            try carryOutOrders()
            for member in Member.allCases { try await look(after: member, now: now) }
            try check()
            try operators.check()
            try await Task.sleep(for: Self.lookEvery)
        }
    }

    // MARK: beginning

    private func begin(_ fault: Fault) async throws {
        if fault.party != nil { return aimed.append(fault) }
        guard let member = fault.member else {
            if clientKills % 2 == 0 { client.kill() } else { reader.kill() }
            clientKills += 1
            return count(fault)
        }
        // An earlier fault may have lasted longer than planned.
        guard try isFree(member) else {
            if !tally.struck.contains(fault.kind) { postponed.append(fault) }
            return
        }
        let process = try cluster.process(member)
        if fault.kind == .stop, !process.heeds(SIGTERM) { return postponed.append(fault) }
        var tracer: ServiceProcess?
        switch fault.kind {
        case .kill: process.send(SIGKILL)
        case .pause: process.send(SIGSTOP)
        case .stop: process.send(SIGTERM)
        case .diskFull:
            if let disk = disks[member] {
                try disk.fill()
            } else {
                guard Executables.system("prlimit") != nil else {
                    return tally.skip(fault.kind, "no mount and no prlimit here")
                }
                try await limitFiles(of: process, to: "4096")
            }
        case .syncFails:
            guard let strace = Executables.system("strace") else {
                return tally.skip(fault.kind, "no strace here")
            }
            tracer = try ServiceProcess(
                strace,
                [
                    "-f", "-p", "\(process.pid)", "-e", "trace=fdatasync", "-e",
                    "inject=fdatasync:error=EIO", "-o", "/dev/null",
                ], log: cluster.folder.file("strace.log"))
        case .killClient: return
        }
        count(fault)
        active[member] = Active(fault: fault, tracer: tracer, process: process)
    }

    /// Begins what was postponed, as soon as its victim is free.
    private func catchUp(now: Int64) async throws {
        let late = postponed
        postponed = []
        for fault in late where !tally.struck.contains(fault.kind) {
            try await begin(
                Fault(
                    kind: fault.kind, member: fault.member, begins: now,
                    ends: now + fault.ends - fault.begins))
        }
    }

    private func isFree(_ member: Member) throws -> Bool {
        try !absent.contains(member) && leaving[member] == nil && active[member] == nil
            && restartAt[member] == nil && cluster.process(member).isRunning
    }

    /// Strikes at the parties of the moves that are under way.
    private func aim(now: Int64) async throws {
        guard !aimed.isEmpty else { return }
        let late = aimed.count { $0.begins + FaultPlan.aimFor < now }
        tally.unaimed += late
        aimed.removeAll { $0.begins + FaultPlan.aimFor < now }
        let moves = try operators.watch.moves()
        for fault in aimed {
            let victim = try moves.lazy.compactMap { fault.party?.member(in: $0) }
                .first { try isFree($0) }
            guard let victim else { continue }
            aimed.removeAll { $0 == fault }
            let struck = Fault(
                kind: fault.kind, member: victim, begins: now,
                ends: now + fault.ends - fault.begins)
            try await begin(struck)
            if let party = fault.party?.rawValue {
                tally.done["\(fault.kind.rawValue) \(party) of a move", default: 0] += 1
            }
        }
    }

    /// Starts and stops whom the operators want.
    private func carryOutOrders() throws {
        for (member, order) in operators.orders.all {
            switch order {
            case .start:
                try Self.start(member, of: cluster)
                absent.remove(member)
                operators.orders.done(member)
            case .stop:
                guard try isFree(member) else { continue }
                let process = try cluster.process(member)
                guard process.heeds(SIGTERM) else { continue }
                process.send(SIGTERM)
                leaving[member] = process
            }
        }
    }

    private func limitFiles(of process: ServiceProcess, to bytes: String) async throws {
        guard let prlimit = Executables.system("prlimit") else {
            throw HarnessError("no prlimit here")
        }
        let limited = try await Tool.run(
            path: prlimit, ["--pid", "\(process.pid)", "--fsize=\(bytes)"], in: cluster.folder)
        if limited.status != 0, process.isRunning {
            throw HarnessError("prlimit: \(limited.text)")
        }
    }

    private func count(_ fault: Fault) {
        tally.done[Self.name(of: fault), default: 0] += 1
        tally.struck.insert(fault.kind)
    }

    /// It was not done after all.
    private func uncount(_ fault: Fault) {
        tally.done[Self.name(of: fault), default: 0] -= 1
    }

    private static func name(of fault: Fault) -> String {
        let who = fault.member.map { $0 == .broker ? " broker" : " service" } ?? ""
        return fault.kind.rawValue + who
    }

    // MARK: ending

    private func look(after member: Member, now: Int64) async throws {
        if absent.contains(member) { return }
        if let process = leaving[member] {
            guard let end = process.poll() else { return }
            if end != .exit(0) { explain(end, of: member, now: now) }
            leaving[member] = nil
            absent.insert(member)
            operators.orders.done(member)
        } else if let one = active[member] {
            if try await isOver(one, member, now: now) { active[member] = nil }
        } else if let time = restartAt[member] {
            guard now >= time else { return }
            restartAt[member] = nil
            try Self.start(member, of: cluster)
        } else if let end = try cluster.process(member).poll() {
            explain(end, of: member, now: now)
            restartAt[member] = now + Self.restartAfter
        }
    }

    private func isOver(
        _ one: Active, _ member: Member, now: Int64
    ) async throws -> Bool {
        guard now >= one.fault.ends else { return false }
        switch one.fault.kind {
        case .pause:
            one.process.send(SIGCONT)
            return true
        case .kill: return try isEnded(one, member, as: .signal(SIGKILL), now: now)
        case .stop: return try isEnded(one, member, as: .exit(0), now: now)
        case .diskFull, .syncFails:
            return try await heal(one, member, now: now)
        case .killClient: return true
        }
    }

    private func isEnded(
        _ one: Active, _ member: Member, as wanted: ServiceProcess.End, now: Int64
    ) throws -> Bool {
        guard let end = one.process.poll() else {
            guard now < one.fault.ends + Self.overdue else {
                throw HarnessError("\(member) did not end within 20 s of \(one.fault.description)")
            }
            return false
        }
        if end != wanted {
            blame(member, end, one.fault)
        }
        restartAt[member] = now
        return true
    }

    /// Takes the fault away; an instance that met it has ended by itself and said so.
    private func heal(_ one: Active, _ member: Member, now: Int64) async throws -> Bool {
        if let tracer = one.tracer, !tracer.isRunning, one.process.isRunning {
            tally.skip(one.fault.kind, "strace cannot attach: \(tracer.log.prefix(100))")
            uncount(one.fault)
            return true
        }
        if let tracer = one.tracer, tracer.isRunning, one.process.isRunning {
            // Detaches, and the calls work again.
            tracer.send(SIGTERM)
        }
        if let disk = disks[member] {
            try disk.clear()
        } else if one.fault.kind == .diskFull, one.process.isRunning {
            try await limitFiles(of: one.process, to: "unlimited")
        }
        guard let end = one.process.poll() else {
            tally.missed += 1
            healedAt[member] = now
            return true
        }
        if end == Self.storageFailed, tail(member).contains("storage-failed") {
            tally.diskEnds += 1
        } else {
            blame(member, end, one.fault)
        }
        restartAt[member] = now
        return true
    }

    /// A process that ended without a fault of ours.
    private func explain(_ end: ServiceProcess.End, of member: Member, now: Int64) {
        let said = tail(member)
        if end == Self.storageFailed, let healed = healedAt[member], now < healed + Self.overdue {
            tally.missed -= 1
            tally.diskEnds += 1
            return
        }
        if end == Self.refusedStart, said.contains("another process is registered as") {
            tally.refusedStarts += 1
            return
        }
        history.violate("\(member) ended by itself: \(end)\n\(said)")
    }

    private func blame(_ member: Member, _ end: ServiceProcess.End, _ fault: Fault) {
        history.violate("\(member) ended as \(end) by \(fault.description)\n\(tail(member))")
    }

    private func tail(_ member: Member) -> String {
        LogText.read(cluster.folder.file("\(member.rawValue).log"))
            .split(separator: "\n").suffix(12).joined(separator: "\n")
    }
}
