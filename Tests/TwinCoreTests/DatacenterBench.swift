import TwinCore

/// One data center under test over real rack twins: statuses and receipts travel at once, servers
/// are whatever the test tells the racks.
struct DatacenterBench {
    var dc: DatacenterTwin
    var racks: [RackBench] = []
    var alerts: [AlertDraft] = []
    var elapsed: Int64 = 0
    var unheard = ShardSet()
    /// Rack shards whose lists have not come.
    var awaited = ShardSet()
    var configuration = ClusterConfiguration()
    private var position: UInt64 = 0

    /// - Parameter place: topology and reporter of one rack's servers.
    init(
        racks count: Int, servers: Int = 10,
        place: (_ rack: Int, _ server: Int, _ status: inout ServerStatus) -> Void
    ) {
        dc = DatacenterTwin(
            key: .fixture("dc1"), ordinal: 1, firstIncidentNumber: 1,
            in: RackBench.context(
                position: 0, elapsed: 0, wall: RackBench.start, unheard: ShardSet(), tier: .dc))
        for rack in 0..<count {
            var bench = RackBench(
                key: .fixture("r\(rack < 10 ? "0" : "")\(rack)"), servers: servers)
            for server in 0..<servers { bench.tell(server) { place(rack, server, &$0) } }
            racks.append(bench)
        }
        elapsed = racks.first?.elapsed ?? 0
        exchange()
        alerts.removeAll()
    }

    var wall: Timestamp { RackBench.start + Milliseconds(rawValue: elapsed) }

    /// A whole turn of one input: what it makes due at once is done in it.
    mutating func step(_ input: DatacenterTwin.Input) {
        take(input)
        if case .status = input, let due = dc.nextDue, due.milliseconds <= elapsed { take(.timer) }
    }

    /// One input alone.
    mutating func take(_ input: DatacenterTwin.Input) {
        position += 1
        var effects = StepEffects()
        dc.step(
            input,
            in: RackBench.context(
                position: position, elapsed: elapsed, wall: wall, unheard: unheard,
                awaited: awaited, tier: .dc, configuration: configuration),
            effects: &effects)
        alerts += effects.alerts
    }

    /// Delivers what racks and data center owe one another until nothing is owed.
    mutating func exchange() {
        var isQuiet = false
        while !isQuiet {
            isQuiet = true
            for index in racks.indices {
                let key = racks[index].rack.key
                for parent in racks[index].rack.owedParents {
                    let message = racks[index].rack.message(for: parent)
                    if dc.isNews(message) { step(.status(message)) }
                }
                let receipt = dc.receipt(for: key)
                if !racks[index].rack.isSettled(by: receipt) {
                    racks[index].step(.receipt(receipt))
                    isQuiet = false
                }
                alerts += racks[index].alerts
                racks[index].alerts.removeAll()
            }
        }
    }

    /// Lets time pass in steps of half a second, everywhere.
    mutating func pass(seconds: Double) {
        for _ in 0..<Int(seconds * 2) {
            elapsed += 500
            for index in racks.indices { racks[index].pass(seconds: 0.5) }
            if let due = dc.nextDue, due.milliseconds <= elapsed { step(.timer) }
            exchange()
        }
    }

    /// Changes servers of several racks, spread over their reporting interval.
    mutating func tell(
        racks chosen: some Sequence<Int>, servers: some Sequence<Int>, seconds: Double = 9,
        _ change: (inout ServerStatus, Timestamp) -> Void
    ) {
        let chosen = Array(chosen)
        let servers = Array(servers)
        let slots = max(1, Int(seconds * 2))
        for slot in 0..<slots {
            for (place, server) in servers.enumerated()
            where place * slots / servers.count == slot {
                for rack in chosen {
                    let now = wall
                    racks[rack].tell(server) { change(&$0, now) }
                }
            }
            exchange()
            pass(seconds: 0.5)
        }
    }

    mutating func silence(racks chosen: some Sequence<Int>, servers: Range<Int> = 0..<10) {
        tell(racks: chosen, servers: servers) { $0.fallSilent(at: $1) }
    }

    mutating func recover(racks chosen: some Sequence<Int>, servers: Range<Int> = 0..<10) {
        tell(racks: chosen, servers: servers) {
            $0.comeBack(at: $1, boot: .same, buffered: true)
        }
    }

    var pages: [AlertDraft] { alerts.filter(\.pages) }
    var openedPages: [AlertDraft] { pages.filter { $0.change == .opened } }
}
