import Testing
import TwinCore

@Suite("After seven simulated days")
struct ServerSevenDaysTests {
    private static let servers = 50
    private static let days = 7

    /// Fifty servers, a week of nightly backups at 03:00, every hour different by its noise.
    /// Lived once, shared by the tests.
    private static let week = Result {
        try (0..<servers).map { number in
            var server = try ServerWeek(number: number)
            server.run(from: 0, hours: days * 24)
            return server
        }
    }

    @Test("a 03:00 backup opens nothing, the same load at 15:00 opens one incident each")
    func backups() throws {
        for server in try Self.week.get() {
            var night = server
            night.alerts.removeAll()
            night.run(from: Self.days * 24, hours: 13)
            #expect(night.alerts.isEmpty, "server \(server.number)")

            var afternoon = server
            afternoon.alerts.removeAll()
            afternoon.backupHours = [3, 15]
            afternoon.run(from: Self.days * 24, hours: 24)
            let opened = afternoon.alerts.filter { $0.change == .opened }
            #expect(opened.count == 1, "server \(server.number)")
            #expect(opened.first?.incident?.incident.kind == .deviation)
            #expect(afternoon.alerts.allSatisfy { !$0.pages })
        }
    }

    @Test("a lasting step of 30 % stops being reported within 24 h")
    func step() throws {
        for server in try Self.week.get() {
            var stepped = server
            stepped.alerts.removeAll()
            stepped.factor = 1.3
            stepped.run(from: Self.days * 24, hours: 24)
            #expect(stepped.alerts.contains { $0.change == .opened }, "server \(server.number)")
            #expect(stepped.twin.book.incidents.isEmpty, "server \(server.number)")
            stepped.alerts.removeAll()
            stepped.run(from: Self.days * 24 + 24, hours: 72)
            #expect(stepped.alerts.isEmpty, "server \(server.number)")
        }
    }

    @Test("ordinary days raise next to nothing once the baseline knows them")
    func quiet() throws {
        let opened = try Self.week.get().map { $0.alerts.filter { $0.change == .opened }.count }
        #expect(opened.reduce(0, +) <= Self.servers / 10)
    }
}

/// One server under a virtual clock at 60 s: daily swing, noise, and backups at given hours.
struct ServerWeek {
    static let names = [
        "system.cpu.utilization", "system.disk.utilization", "system.memory.utilization",
        "custom.requests", "hw.power", "system.uptime",
    ]
    static let start = Timestamp(milliseconds: 1_767_571_200_000)

    let number: Int
    var twin: ServerTwin
    var alerts: [AlertDraft] = []
    var backupHours = [3]
    /// Multiplies the requests.
    var factor: Float = 1
    private let set: MetricSet
    private var position = Position.none
    private var noise: UInt64

    init(number: Int) throws {
        self.number = number
        noise = UInt64(number) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        set = MetricSet(id: 0, names: ServerWeek.names)
        twin = ServerTwin(
            key: try TwinKey("s\(number)"), ordinal: UInt32(number), firstIncidentNumber: 0)
        let commission = Commission(
            rack: try TwinKey("r1"), dc: try TwinKey("dc1"), labels: [], interval: .seconds(60))
        step(.commission(commission), at: .zero)
    }

    mutating func run(from hour: Int, hours: Int) {
        for minute in (hour * 60)..<((hour + hours) * 60) {
            let elapsed = Elapsed.zero + .minutes(Int64(minute))
            if let due = twin.nextDue, due <= elapsed { step(.timer, at: elapsed) }
            let report = Report(
                at: ServerWeek.start + (elapsed - .zero), flags: [], metricSet: set,
                profile: ReporterProfile(interval: .seconds(60)), values: values(minute: minute))
            step(.report(report, target: set), at: elapsed)
        }
    }

    private mutating func step(_ input: ServerTwin.Input, at elapsed: Elapsed) {
        position = position.next
        let context = StepContext(
            shard: ShardID(tier: .server, index: 0),
            version: Version(epoch: .first, position: position), elapsed: elapsed,
            wall: ServerWeek.start + (elapsed - .zero), floor: .zero, isObserving: true,
            configuration: ClusterConfiguration())
        var effects = StepEffects()
        twin.step(input, in: context, effects: &effects)
        alerts += effects.alerts
    }

    /// A daily swing (a triangle with its top at 14:00), noise, and 40 minutes of backup.
    private mutating func values(minute: Int) -> [Float] {
        let ofDay = minute % 1_440
        let away = min(abs(ofDay - 840), 1_440 - abs(ofDay - 840))
        let swing = 1 - Float(away) / 720
        let start = 3 + number % 7
        let isBackup = backupHours.contains { hour in
            (hour * 60 + start..<hour * 60 + start + 40).contains(ofDay)
        }
        let load: Float = isBackup ? 1 : 0
        return [
            0.2 + 0.3 * swing + 0.25 * load + jitter(0.03),
            0.1 + 0.05 * swing + 0.7 * load + jitter(0.02),
            0.5 + jitter(0.01), (100 + 200 * swing) * factor + jitter(10),
            200 + 80 * swing + 60 * load + jitter(5), Float(minute * 60 + 1_000),
        ]
    }

    /// Evenly within ±`width`; SplitMix64.
    private mutating func jitter(_ width: Float) -> Float {
        noise &+= 0x9E37_79B9_7F4A_7C15
        var value = noise
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return (Float((value ^ (value >> 31)) >> 40) / 8_388_608 - 1) * width
    }
}
