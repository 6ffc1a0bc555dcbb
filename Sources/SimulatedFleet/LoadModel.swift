package import TwinCore

/// How busy servers are: a daily swing, slow wandering, noise and deploy waves.
package struct LoadModel: Equatable, Sendable {
    /// Utilisation at the quietest (02:00 UTC) and the busiest hour (14:00 UTC), 0…1.
    package var low: Double
    package var high: Double
    package var waves: [DeployWave]

    package init(low: Double = 0.2, high: Double = 0.8, waves: [DeployWave] = []) {
        self.low = low
        self.high = high
        self.waves = waves
    }

    /// The cpu utilisation of `server` without its measuring noise, 0.01…1. `elapsed` counts from
    /// the fleet's first moment, `wall` is the same moment by the clock.
    func utilization(
        of server: Int, rack: Int, at elapsed: Milliseconds, wall: Timestamp, seed: UInt64
    ) -> Double {
        let share =
            LoadModel.shareMin + (1 - LoadModel.shareMin)
            * SplitMix64.unit(seed, LoadModel.shareStream, UInt64(server))
        var load = (low + (high - low) * LoadModel.swing(at: wall)) * share
        load += LoadModel.wanderDepth * LoadModel.wander(of: server, at: elapsed, seed: seed)
        for wave in waves where wave.hasReached(rack: rack, at: elapsed) { load *= wave.factor }
        return min(max(load, LoadModel.utilizationMin), 1)
    }

    /// 0 at 02:00 UTC, 1 at 14:00, smooth between (a cubic; no sine in a core without libm).
    static func swing(at wall: Timestamp) -> Double {
        let day = Milliseconds.hours(24).rawValue
        let sinceQuietest = (wall.milliseconds - Milliseconds.hours(2).rawValue) % day
        let turn = Double((sinceQuietest + day) % day) / Double(day)
        let rise = turn < 0.5 ? turn * 2 : 2 - turn * 2
        return rise * rise * (3 - 2 * rise)
    }

    /// A server's own slow movement, −1…1, straight between a random point every five minutes.
    static func wander(of server: Int, at elapsed: Milliseconds, seed: UInt64) -> Double {
        let period = Milliseconds.minutes(5).rawValue
        let step = UInt64(max(0, elapsed.rawValue / period))
        let part = Double(elapsed.rawValue % period) / Double(period)
        let stream = SplitMix64.hash(UInt64(server) ^ LoadModel.wanderStream)
        let from = SplitMix64.unit(seed, stream, step)
        let to = SplitMix64.unit(seed, stream, step + 1)
        return (from + (to - from) * part) * 2 - 1
    }

    private static let shareMin = 0.85
    private static let wanderDepth = 0.03
    private static let utilizationMin = 0.01
    private static let shareStream: UInt64 = 1
    private static let wanderStream: UInt64 = 0x77
}

/// A new version rolled out rack by rack that makes every server busier until it is taken back.
package struct DeployWave: Equatable, Sendable {
    package var start: Milliseconds
    package var end: Milliseconds
    /// Time between one rack and the next.
    package var rackDelay: Milliseconds
    /// 1.3 = a third more load.
    package var factor: Double

    package init(
        start: Milliseconds, end: Milliseconds, rackDelay: Milliseconds = .seconds(20),
        factor: Double = 1.3
    ) {
        self.start = start
        self.end = end
        self.rackDelay = rackDelay
        self.factor = factor
    }

    func hasReached(rack: Int, at elapsed: Milliseconds) -> Bool {
        let delay = Int64(rack) * rackDelay
        return elapsed >= start + delay && elapsed < end + delay
    }
}

extension SplitMix64 {
    /// The fixed random number in 0 ..< 1 that belongs to (seed, stream, index).
    static func unit(_ seed: UInt64, _ stream: UInt64, _ index: UInt64) -> Double {
        var generator = SplitMix64(mixing: seed, stream, index)
        return generator.uniform()
    }
}
