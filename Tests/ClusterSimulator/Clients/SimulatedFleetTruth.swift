import SimulatedFleet
import TwinCore

/// What is true of the servers, whatever the cluster believes: who runs, who reports when, and
/// what each report says.
struct SimulatedFleetTruth {
    struct Server {
        /// Between two reports.
        let interval: Int64
        /// Its reports come this long after each full interval.
        let phase: Int64
        /// Silent until then, by a fault; `Int64.max` = until the end.
        var silentUntil: Int64 = 0
        /// When the present or last silence began.
        var silentSince: Int64 = 0
        /// When it last handed a report to its connection.
        var lastAttempt: Int64 = 0
        /// When the newest report was measured that got ok.
        var lastAnswered: Int64 = 0
        /// How far its own clock is off.
        var skew: Int64 = 0
        /// It was off when the faults were over.
        var wasSkewed = false
    }

    private(set) var servers: [Server]
    private let seed: UInt64

    static let metricNames = [
        "system.cpu.utilization", "system.memory.utilization", "system.network.dropped",
        "system.tcp.retransmit_ratio", "hw.temperature.margin", "system.uptime",
    ]

    /// - Parameter interval: how often each server reports.
    init(count: Int, seed: UInt64, interval: (Int) -> Int64) {
        self.seed = seed
        var random = RandomStream.reports.random(seed: seed)
        servers = (0..<count).map { server in
            let interval = interval(server)
            return Server(interval: interval, phase: random.number(in: 0...(interval - 1)))
        }
    }

    mutating func silence(_ server: Int, from now: Int64, until end: Int64) {
        // One that begins as the last one ends goes on with it.
        if servers[server].silentUntil < now { servers[server].silentSince = now }
        servers[server].silentUntil = max(servers[server].silentUntil, end)
    }

    mutating func attempted(_ server: Int, at now: Int64) { servers[server].lastAttempt = now }

    /// A report that was measured then got ok.
    mutating func answered(_ server: Int, measuredAt time: Int64) {
        servers[server].lastAnswered = max(servers[server].lastAnswered, time)
    }

    /// What was answered before is of a life that a restore has taken back.
    mutating func forgetAnswers(of server: Int) { servers[server].lastAnswered = 0 }

    mutating func skew(_ server: Int, by milliseconds: Int64) {
        servers[server].skew = milliseconds
    }

    mutating func heal(at now: Int64) {
        for server in servers.indices {
            servers[server].silentUntil = min(servers[server].silentUntil, now)
            servers[server].wasSkewed = servers[server].skew != 0
            servers[server].skew = 0
        }
    }

    func isSilent(_ server: Int, at now: Int64) -> Bool { servers[server].silentUntil > now }

    /// For so many reports what racks are told of a server stays as it is: drops, retransmits and
    /// temperatures of real servers do not jump with every report.
    private static let steadyReports: Int64 = 24

    /// What a server measures at a time of its own: always the same for the same time. Some
    /// metrics are absent now and then.
    func values(of server: Int, at time: Int64) -> [Float] {
        var random = SplitMix64(mixing: seed, UInt64(server) &+ 7, UInt64(bitPattern: time))
        let period =
            (time / Self.steadyReports + servers[server].phase) / servers[server].interval
        var slow = SplitMix64(mixing: seed, UInt64(server) &+ 7, UInt64(bitPattern: period))
        var values: [Float] = [
            Float(random.uniform(in: 0.1...0.7)), Float(random.uniform(in: 0.2...0.6)),
            Float(slow.uniform(in: 0...0.001)), Float(slow.uniform(in: 0...0.01)),
            Float(slow.uniform(in: 25...40)),
            Float((time - MachineClock.wallStart) / 1_000 + 100_000),
        ]
        if random.chance(0.05) { values[random.index(below: 5)] = .nan }
        return values
    }
}
