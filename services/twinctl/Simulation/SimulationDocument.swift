import Evaluation
import TwinCore
import TwinWire

/// The answer of `twinctl simulate`: what was sent, and how well it was found.
struct SimulationDocument: AnswerDocument {
    /// What became of the reports.
    struct Reports: Codable, Equatable, Sendable {
        var accepted = 0
        var late = 0
        var duplicate = 0
        var tooOld = 0
        var refused = 0
        /// Given up: older than 15 minutes before anybody took them.
        var dropped = 0

        var total: Int { accepted + late + duplicate + tooOld + refused + dropped }
    }

    /// One thing broken that was not found.
    struct Missed: Codable, Equatable, Sendable {
        var fault: String
        var address: String
        var kinds: [String]
        var start: RFC3339
    }

    /// One alert that nothing broken explains.
    struct FalseAlert: Codable, Equatable, Sendable {
        var address: String
        var kind: String
        @Null var cause: String?
        var pages: Bool
        var openedAt: RFC3339
    }

    struct Score: Codable, Equatable, Sendable {
        /// Incidents that had to be found, and those of them that were.
        var expected: Int
        var found: Int
        @Null var recall: Double?
        @Null var precision: Double?
        var causesJudged: Int
        var causesRight: Int
        @Null var delaySecondsMedian: Double?
        @Null var delaySecondsMax: Double?
        /// Records that paged somebody.
        var pages: Int
        var falsePages: Int
        var missed: [Missed]
        var falseAlerts: [FalseAlert]
    }

    var version = DocumentFormat.version
    var dc: String
    var racks: Int
    var servers: Int
    var seed: UInt64
    var offline: Bool
    var simulatedSeconds: Double
    var faults: Int
    var reports: Reports
    @Null var score: Score?
}

extension SimulationDocument.Score {
    init(_ score: TruthScore, pages: Int) {
        let found = score.matches.filter(\.truth.isRequired).count
        let judged = score.matches.filter(\.isCauseJudged)
        self.init(
            expected: found + score.missed.count, found: found, recall: score.recall,
            precision: score.precision, causesJudged: judged.count,
            causesRight: judged.count(where: \.isCauseRight),
            delaySecondsMedian: score.delayMedian?.seconds,
            delaySecondsMax: score.delayMax?.seconds, pages: pages, falsePages: score.falsePages,
            missed: score.missed.map { SimulationDocument.Missed($0) },
            falseAlerts: score.falseAlerts.map { SimulationDocument.FalseAlert($0) })
    }
}

extension SimulationDocument.Missed {
    init(_ truth: TruthEntry) {
        self.init(
            fault: truth.fault, address: truth.address.description,
            kinds: truth.kinds.map(\.rawValue), start: RFC3339(truth.start))
    }
}

extension SimulationDocument.FalseAlert {
    init(_ alert: ObservedAlert) {
        self.init(
            address: alert.address.description, kind: alert.kind.rawValue,
            cause: alert.cause?.rawValue, pages: alert.pages, openedAt: RFC3339(alert.openedAt))
    }
}
