import TwinCore

/// No server that goes on reporting is called missing because of us: our crashes, pauses,
/// partitions and clocks. And a server that really is silent is found.
final class SilenceCheck: Checker {
    let name = "silence"

    /// After a silence, or a trouble of its own connection, a server may be missing until a report
    /// that was measured since has got ok, and for so long after that.
    private static let afterwards: Int64 = 5_000
    /// After the last fault a server that falls silent is found in three of its intervals, one more
    /// that its relay gathers, and so long: the floor after a restart of the broker, and a little.
    static let foundAfter: Int64 = 60_000

    /// Looking at all twins costs, and who is missing stays so until its next report.
    private static let looksPerCheck: Int64 = 2

    /// By server: its last return from a silence, which stays known when it was a short one.
    private var returns: [Int: Timestamp] = [:]
    /// Servers whose twin was restored: an earlier return of theirs is the last again.
    private var isRestored: Set<Int> = []
    /// By server: until when it may be missing, as far as the looks at it tell.
    private var excusedUntil: [Int64] = []

    func restored(_ process: any SimulatedInstanceProcess, in world: World) {
        guard process.tier == .server else { return }
        for place in process.releasedPositions { blindAt[place.shard] = nil }
        let shards = Set(process.releasedPositions.map(\.shard))
        for server in world.reference.servers.indices
        where shards.contains(Workload.shard(ofServer: server)) {
            isRestored.insert(server)
            world.truth.forgetAnswers(of: server)
        }
    }

    func look(in world: World) {
        for process in world.instances where process.tier == .server {
            checkFloors(of: process, in: world)
        }
        let seconds = world.scheduler.now / 1_000
        guard seconds >= 5, seconds % Self.looksPerCheck == 0 else { return }
        let glances = world.serverGlances()
        excuse(seen: Set(glances.map(\.server)), in: world)
        let watching: [any SimulatedProcess] = [world.broker] + world.servers
        checkFound(steadySince: world.steadyTimes.since(watching), in: world)
        for glance in glances { lookBack(glance, in: world) }
        for glance in glances where glance.isCommissioned {
            guard glance.statusWord == "missing" || glance.statusWord == "gone",
                !mayBeSilent(glance.server, in: world)
            else { continue }
            world.fail(
                name,
                "\(Workload.serverKey(glance.server)) is called \(glance.statusWord) and "
                    + words(of: glance.server, in: world))
            return
        }
    }

    /// By shard: its own time when it was last seen to be blind.
    private var blindAt: [UInt16: Elapsed] = [:]

    /// A shard that sees again counts no silence from before.
    private func checkFloors(of process: any SimulatedInstanceProcess, in world: World) {
        for sight in process.sights {
            guard sight.isObserving else {
                blindAt[sight.shard] = sight.elapsed
                continue
            }
            guard let blind = blindAt[sight.shard], sight.floor < blind else { continue }
            // A power cut takes the shard's own time back to its last record.
            guard sight.elapsed >= blind else {
                blindAt[sight.shard] = nil
                continue
            }
            world.fail(
                name,
                "\(process.name) counts silence in shard \(sight.shard) from "
                    + "\(sight.floor.milliseconds) ms, when it was blind until "
                    + "\(blind.milliseconds) ms")
        }
    }

    /// A server that came back was called missing, if only between two looks.
    private func lookBack(_ glance: ServerGlance, in world: World) {
        let server = glance.server
        let wasRestored = !isRestored.isEmpty && isRestored.remove(server) != nil
        guard let returned = glance.returnedAt, returns[server] != returned else { return }
        returns[server] = returned
        if wasRestored { return }
        guard !mayBeSilent(server, in: world), glance.isCommissioned else { return }
        world.fail(
            name,
            "\(Workload.serverKey(server)) was called missing and has never been silent for so "
                + "long")
    }

    /// Who is silent, or was and has not been heard since; and while nobody serves it, so that its
    /// return could not be seen, whoever was excused last.
    private func excuse(seen: Set<Int>, in world: World) {
        let now = world.scheduler.now
        let servers = world.truth.servers
        if excusedUntil.isEmpty { excusedUntil = Array(repeating: 0, count: servers.count) }
        for (server, truth) in servers.enumerated() {
            let end = max(truth.silentUntil, world.disturbedUntil(server))
            let isUnseen = excusedUntil[server] > now && !seen.contains(server)
            guard end > now || truth.lastAnswered < end || isUnseen else { continue }
            excusedUntil[server] = now + Self.afterwards
        }
    }

    private func words(of server: Int, in world: World) -> String {
        let now = world.scheduler.now
        let truth = world.truth.servers[server]
        let twin = world.serverTwin(Workload.serverKey(server))
        let newest = twin?.window.newest.map { ($0 - MachineClock.wall(at: 0)).rawValue }
        return "has sent a report \(now - truth.lastAttempt) ms ago; it was silent from "
            + "\(truth.silentSince) to \(truth.silentUntil) ms, disturbed until "
            + "\(world.disturbedUntil(server)) ms, its clock is \(truth.skew) ms off; what it "
            + "measured at \(truth.lastAnswered) ms got ok, the newest its twin has is of "
            + "\(newest ?? 0) ms; \(world.watching(server))"
    }

    private func mayBeSilent(_ server: Int, in world: World) -> Bool {
        excusedUntil[server] > world.scheduler.now
    }

    // MARK: who is silent is found

    /// In the end nothing excuses: faults have been over for longer than it takes, but for servers
    /// that report only once a minute.
    func finish(in world: World) { checkFound(steadySince: world.plan.calmAt, in: world) }

    /// A server that is silent is found in its time, counted from when all that watch it were well.
    private func checkFound(steadySince: Int64, in world: World) {
        let now = world.scheduler.now
        guard now - steadySince >= Self.foundAfter else { return }
        for server in world.reference.servers.indices {
            let truth = world.truth.servers[server]
            guard truth.silentUntil > now,
                now - max(truth.silentSince, steadySince)
                    >= Self.foundAfter + 4 * truth.interval,
                let twin = world.serverTwin(Workload.serverKey(server)), twin.commission != nil,
                twin.counters.accepted > 0
            else { continue }
            guard twin.statusWord != "missing", twin.statusWord != "gone" else { continue }
            world.fail(
                name,
                "\(twin.key) is silent for \((now - truth.silentSince) / 1_000) s and is "
                    + "called \(twin.statusWord); \(world.watching(server))")
        }
    }
}
