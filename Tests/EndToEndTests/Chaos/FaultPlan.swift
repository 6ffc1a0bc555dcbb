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
    /// nil for a client, and for a party of a move.
    let member: Member?
    /// Whoever plays this part in a move that is under way then.
    var party: HandoffParty?
    /// Milliseconds since the run began.
    let begins: Int64
    let ends: Int64

    var description: String {
        let victim = member?.rawValue ?? party?.rawValue ?? ""
        return "\(kind.rawValue) \(victim) at \(begins) ms for \(ends - begins) ms"
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
        // Every kind once, in drawn order; then whatever is drawn. Of the two clients that die in
        // turn each dies once.
        var due = (FaultKind.allCases + [.killClient]).shuffled(using: &random)
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
        faults += Self.aimed(until: end, brokerUntil: brokerEnd, settings.seed)
        self.faults = faults.sorted { $0.begins < $1.begins }
    }

    /// Faults in the midst of moves: every party in drawn order, again and again.
    private static func aimed(until end: Int64, brokerUntil: Int64, _ seed: UInt64) -> [Fault] {
        var random = ChaosRandom(seed: seed, client: aimedStream)
        var faults: [Fault] = []
        var due: [HandoffParty] = []
        var now = aimedAfter
        while now < end {
            if due.isEmpty { due = HandoffParty.allCases.shuffled(using: &random) }
            let kind = random.isOne(in: 3) ? FaultKind.pause : .kill
            let lasts = Int64.random(in: Self.lasts(kind), using: &random)
            let mayBeBroker = now + aimFor < brokerUntil
            if let place = due.lastIndex(where: { mayBeBroker || $0 != .broker }) {
                faults.append(
                    Fault(
                        kind: kind, member: nil, party: due.remove(at: place), begins: now,
                        ends: now + lasts))
            } else {
                due = []
            }
            now += Int64.random(in: aimedGap, using: &random)
        }
        return faults
    }

    private static let aimedStream = 12
    private static let aimedAfter: Int64 = 3_000
    private static let aimedGap: ClosedRange<Int64> = 1_500...4_500
    /// A fault that finds no move waits so long for one.
    static let aimFor: Int64 = 4_000

    /// Everything hangs on the broker, so it has more than its share of the faults.
    private static let brokerEvery = 3

    private static let weighted: [FaultKind] = [
        .kill, .kill, .kill, .pause, .pause, .stop, .diskFull, .syncFails, .killClient,
        .killClient,
    ]

    private static func victims(of kind: FaultKind, disks: [Member]) -> [Member] {
        switch kind {
        case .kill, .pause, .stop: Member.founders
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
