import SimulatedFleet
import TwinClient
import TwinCore

/// One simulated fleet as asked for: the layout, what breaks and when, and for how long it runs.
struct SimulationPlan {
    let topology: FleetTopology
    /// By start time.
    let faults: [Fault]
    let interval: Milliseconds
    let seed: UInt64
    /// nil = until somebody stops it.
    let duration: Milliseconds?

    /// How far ahead random faults are drawn when no duration is given.
    static let randomSpan = Milliseconds.hours(24)
    /// How long an offline run goes on after its last fault, so that everything can be resolved.
    static let calmAfterFaults = Milliseconds.minutes(15)
    /// How long an offline run without faults lasts.
    static let calmRun = Milliseconds.hours(1)

    /// Lays the fleet out and draws its faults; a usage error says what cannot be.
    init(
        dc: String, racks: Int, serversPerRack: Int, interval: Milliseconds, seed: UInt64,
        faults specs: [String], randomScale: Double?, duration: Milliseconds?
    ) throws(ClientError) {
        topology = try Self.topology(dc: dc, racks: racks, serversPerRack: serversPerRack)
        guard (Limits.intervalMin...Limits.intervalMax).contains(interval) else {
            throw .usage(
                message: "--interval: wanted 1s to 1h, found \(interval.rawValue) ms", hint: nil)
        }
        var faults: [Fault] = []
        for spec in specs { faults.append(try Self.fault(spec, in: topology)) }
        if let randomScale {
            guard randomScale > 0, randomScale.isFinite else {
                throw .usage(
                    message: "--random-faults: wanted a number above 0, found \(randomScale)",
                    hint: "1 is real life, 1000 is six weeks of trouble an hour")
            }
            faults += RandomFaults.draw(
                in: topology, span: duration ?? Self.randomSpan, scale: randomScale, seed: seed)
        }
        self.faults = faults.sorted { $0.start < $1.start }
        self.interval = interval
        self.seed = seed
        self.duration = duration
    }

    /// How long a run lasts that nobody watches and nobody stops.
    var offlineDuration: Milliseconds {
        duration ?? faults.map(\.end).max().map { $0 + Self.calmAfterFaults } ?? Self.calmRun
    }

    /// The fleet whose first moment is `start`.
    func fleet(start: Timestamp) -> Fleet {
        Fleet(
            topology: topology, faults: faults,
            options: FleetOptions(seed: seed, interval: interval, start: start))
    }

    /// The fault in words: `tor at rack/dc1-r07`.
    func name(of fault: Fault) -> String {
        "\(fault.kind.rawValue) at \(topology.name(of: fault.target))"
    }

    /// True for twins that this fleet makes: alerts of others are none of its business.
    func owns(_ address: TwinAddress) -> Bool {
        switch address.tier {
        case .server: topology.serverKeys.contains(address.key)
        case .rack: topology.rackKeys.contains(address.key)
        case .dc: topology.dc == address.key
        }
    }

    private static func topology(
        dc: String, racks: Int, serversPerRack: Int
    ) throws(ClientError) -> FleetTopology {
        do throws(TopologyError) {
            return try FleetTopology(dc: dc, rackCount: racks, serversPerRack: serversPerRack)
        } catch {
            throw .usage(message: error.description, hint: nil)
        }
    }

    private static func fault(
        _ text: String, in topology: FleetTopology
    ) throws(ClientError) -> Fault {
        do throws(FaultSpecError) {
            return try topology.fault(FaultSpec(text))
        } catch {
            throw .usage(message: error.description, hint: nil)
        }
    }
}
