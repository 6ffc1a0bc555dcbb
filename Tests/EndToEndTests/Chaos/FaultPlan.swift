/// What can happen to a process.
enum FaultKind: String, CaseIterable, Sendable {
    case kill = "kill -9"
    case pause = "SIGSTOP"
    case stop = "SIGTERM"
    case diskFull = "disk full"
    case syncFails = "fdatasync EIO"
    case killClient = "kill -9 client"
}

/// One thing that goes wrong, and for how long.
struct Fault: Equatable, Sendable {
    let kind: FaultKind
    /// nil for a client.
    let member: Member?
    /// Milliseconds since the run began.
    let begins: Int64
    let ends: Int64

    var description: String {
        "\(kind.rawValue) \(member?.rawValue ?? "") at \(begins) ms for \(ends - begins) ms"
    }
}

/// The faults of a run, drawn from its seed before it begins: several processes may suffer at
/// once, each from one fault at a time.
struct FaultPlan: Sendable {
    let faults: [Fault]

    private static let firstAfter: Int64 = 1_500
    private static let gap: ClosedRange<Int64> = 300...1_900
    /// A process that is back has this long before its next fault.
    private static let rest: Int64 = 1_500

    init(_ settings: ChaosSettings, disks: [Member]) {
        var random = ChaosRandom(seed: settings.seed)
        let end = settings.faults.wholeMilliseconds
        let brokerEnd = end - ChaosSettings.brokerRest.wholeMilliseconds
        var faults: [Fault] = []
        var freeAt: [Member: Int64] = [:]
        // Every kind once, in drawn order; then whatever is drawn.
        var due = FaultKind.allCases.shuffled(using: &random)
        var now = Self.firstAfter
        while now < end {
            let first = due.popLast()
            let kind = first ?? random.pick(Self.weighted)
            let free = Self.victims(of: kind, disks: disks).filter { member in
                freeAt[member, default: 0] <= now && (member != .broker || now < brokerEnd)
            }
            let lasts = Int64.random(in: Self.lasts(kind), using: &random)
            if kind == .killClient {
                faults.append(Fault(kind: kind, member: nil, begins: now, ends: now))
            } else if !free.isEmpty {
                let isBroker = free.contains(.broker) && random.isOne(in: Self.brokerEvery)
                let member = isBroker ? .broker : random.pick(free)
                faults.append(Fault(kind: kind, member: member, begins: now, ends: now + lasts))
                freeAt[member] = now + lasts + Self.rest
            } else if let first {
                due.insert(first, at: 0)
            }
            now += Int64.random(in: Self.gap, using: &random)
        }
        self.faults = faults
    }

    /// Everything hangs on the broker, so it has more than its share of the faults.
    private static let brokerEvery = 3

    private static let weighted: [FaultKind] = [
        .kill, .kill, .kill, .pause, .pause, .stop, .diskFull, .syncFails, .killClient,
        .killClient,
    ]

    private static func victims(of kind: FaultKind, disks: [Member]) -> [Member] {
        switch kind {
        case .kill, .pause, .stop: Member.allCases
        case .diskFull: disks
        case .syncFails: Member.instances
        case .killClient: []
        }
    }

    /// Milliseconds until it is over: back, resumed, or the disk healthy again.
    private static func lasts(_ kind: FaultKind) -> ClosedRange<Int64> {
        switch kind {
        case .kill, .stop: 0...2_500
        case .pause: 200...4_000
        case .diskFull, .syncFails: 4_000...6_000
        case .killClient: 0...0
        }
    }
}

extension Duration {
    var wholeMilliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
