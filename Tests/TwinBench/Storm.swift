import Glibc
import TwinClient
import TwinCore
import TwinWire

/// The reports before, in and after a storm, and the questions that follow it.
struct Storm {
    private(set) var statusesOwedPeak = 0
    private(set) var lagSecondsPeak = 0.0

    private var ill: ReportRounds
    private var others: ReportRounds?
    private let intervalMilliseconds: Int64
    /// The racks that fail, sorted.
    private let racks: [String]
    private var isFaulty = false
    private var nextRound = ClientTime.monotonicMilliseconds
    private var nextStatus: Int64 = 0
    private var statusQuestion: UInt64?
    private var viewQuestion: UInt64?

    init(
        ill: ReportRounds, others: ReportRounds?, intervalMilliseconds: Int64, racks: [String]
    ) {
        self.ill = ill
        self.others = others
        self.intervalMilliseconds = intervalMilliseconds
        self.racks = racks
    }

    /// Time goes on: everybody reports once an interval.
    mutating func pass(
        untilMilliseconds end: Int64, over connection: inout Connection
    ) throws {
        while ClientTime.monotonicMilliseconds < end {
            try reportWhenDue(over: &connection)
            try answer(over: &connection)
        }
    }

    /// Two faulty reports of each ill server half a second apart, then questions without pause.
    /// - Returns: seconds from the first of these reports to the whole picture.
    mutating func strike(
        patienceMilliseconds: Int64, over connection: inout Connection
    ) throws -> Double {
        let began = ClientTime.monotonicNanoseconds
        let end = began / 1_000_000 + patienceMilliseconds
        isFaulty = true
        statusesOwedPeak = 0
        lagSecondsPeak = 0
        ill.send(isFaulty: true, over: &connection)
        var second: Int64? = began / 1_000_000 + Self.secondReportMilliseconds
        while true {
            let now = ClientTime.monotonicMilliseconds
            guard now < end else {
                throw BenchError(
                    "the data center did not name the \(racks.count) racks in "
                        + "\(patienceMilliseconds / 1_000) s")
            }
            if let due = second, now >= due {
                ill.send(isFaulty: true, over: &connection)
                second = nil
            }
            try reportWhenDue(over: &connection)
            if viewQuestion == nil { try askView(over: &connection) }
            if try answer(over: &connection) {
                return Double(ClientTime.monotonicNanoseconds - began) / 1e9
            }
        }
    }

    private static let secondReportMilliseconds: Int64 = 500
    private static let statusEveryMilliseconds: Int64 = 100
    private static let restMicroseconds: UInt32 = 500

    private mutating func reportWhenDue(over connection: inout Connection) throws {
        let now = ClientTime.monotonicMilliseconds
        guard now >= nextRound else { return }
        nextRound += intervalMilliseconds
        ill.send(isFaulty: isFaulty, over: &connection)
        others?.send(isFaulty: false, over: &connection)
    }

    private mutating func askView(over connection: inout Connection) throws {
        let address = TwinAddress(tier: .dc, key: try TwinKey("bench"))
        viewQuestion = connection.submit(
            ClientRequest(
                .twin(address), .getUnhealthyRacks, UnhealthyRacksRequest(),
                terms: Fleet.patientTerms))
    }

    /// Takes the answers that are there; true when the view is complete and right.
    @discardableResult
    private mutating func answer(over connection: inout Connection) throws -> Bool {
        let now = ClientTime.monotonicMilliseconds
        if statusQuestion == nil, now >= nextStatus {
            nextStatus = now + Self.statusEveryMilliseconds
            statusQuestion = connection.submit(
                ClientRequest(.broker, .clusterStatus, terms: Fleet.patientTerms))
        }
        guard let completion = try connection.nextCompletion(byMilliseconds: 0) else {
            _ = usleep(Self.restMicroseconds)
            return false
        }
        if completion.id == statusQuestion {
            statusQuestion = nil
            let status = try completion.result.get().decode(StatusDocument.self)
            let owed = status.processes.reduce(0) { $0 + ($1.statusesOwed ?? 0) }
            statusesOwedPeak = max(statusesOwedPeak, owed)
            lagSecondsPeak = max(
                lagSecondsPeak, status.processes.compactMap(\.lagSeconds).max() ?? 0)
        } else if completion.id == viewQuestion {
            viewQuestion = nil
            let view = try completion.result.get().decode(UnhealthyRacksDocument.self)
            return view.verdict == .unhealthy && view.counts.unhealthy == racks.count
                && view.racks.map(\.key).sorted() == racks
        } else if try !ill.settle(completion) {
            _ = try others?.settle(completion)
        }
        return false
    }
}
