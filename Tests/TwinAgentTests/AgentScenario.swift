import HostMetrics
import TwinClient
import TwinCore
import twin_agent

/// Runs an `AgentLoop` on a clock of its own against a cluster that a closure plays.
struct AgentScenario {
    /// One batch that was sent, and how it ended.
    struct Sent {
        let atMilliseconds: Int64
        let reports: [BufferedReport]
        var end: BatchEnd?

        /// When its samples were taken, on the scenario's clock.
        var times: [Int64] { reports.map(\.sample.at.milliseconds) }
    }

    static let interval = Milliseconds.seconds(10)
    /// How long a request waits for a broker that is not there.
    private static let patienceMilliseconds: Int64 = 5_000

    private var loop = AgentLoop(interval: Self.interval, nowMilliseconds: 0)
    private var now: Int64 = 0
    private var random = SeededRandom(state: 1)
    private(set) var sent: [Sent] = []
    private(set) var notices: [AgentNotice] = []
    private(set) var disconnects = 0
    private(set) var remembered = 0
    private(set) var sampleTimes: [Int64] = []
    /// Whether the host's next sample finds that it has booted.
    var rebooted = false

    static let nobody = BatchEnd.kept(.nobodyAnswers(endpoint: "tcp://b:1", seconds: 5))

    static func refusal(_ code: Refusal.Code) -> BatchEnd {
        BatchEnd(.failure(.refused(Refusal(code, "no"))))
    }

    var waitingCount: Int { loop.waitingCount }

    /// Batches that were taken, in their order.
    var taken: [Sent] { sent.filter { $0.end == .taken } }

    /// The process is not run until this time.
    mutating func sleep(untilMilliseconds time: Int64) { now = time }

    /// Goes on to this time. `cluster` says how what arrives then ends.
    mutating func run(untilMilliseconds limit: Int64, _ cluster: (Int64) -> BatchEnd) {
        while true {
            switch loop.step(nowMilliseconds: now) {
            case .sample: sample()
            case .send(let reports): sent.append(Sent(atMilliseconds: now, reports: reports))
            case .disconnect: disconnects += 1
            case .rememberBoot: remembered += 1
            case .tell(let notice): notices.append(notice)
            case .wait(let until):
                let next = endsAt(cluster)
                guard min(until, next) <= limit else { return }
                now = min(until, next)
                if now == next { end(cluster) }
            }
        }
    }

    private mutating func sample() {
        sampleTimes.append(now)
        let sample = HostSample(
            at: Timestamp(milliseconds: now), names: [], values: [], devices: [],
            rebooted: rebooted)
        rebooted = false
        loop.sampled(sample, nowMilliseconds: now)
    }

    /// An answer comes at once, the lack of one after the request's patience.
    private func endsAt(_ cluster: (Int64) -> BatchEnd) -> Int64 {
        guard let last = sent.last, last.end == nil else { return .max }
        let isAnswered = cluster(last.atMilliseconds) != Self.nobody
        return last.atMilliseconds + (isAnswered ? 0 : Self.patienceMilliseconds)
    }

    private mutating func end(_ cluster: (Int64) -> BatchEnd) {
        let last = sent.count - 1
        let end = cluster(sent[last].atMilliseconds)
        sent[last].end = end
        loop.ended(end, nowMilliseconds: now, using: &random)
    }
}

/// Chance that is the same in every run (splitmix64).
struct SeededRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
