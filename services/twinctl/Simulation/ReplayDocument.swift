import Evaluation
import TwinCore
import TwinWire

/// The answer of `twinctl replay`: what the twin said about a recorded series, and its score.
struct ReplayDocument: AnswerDocument {
    struct Opened: Codable, Equatable, Sendable {
        var number: UInt32
        var kind: String
        @Null var subject: String?
        var severity: Severity
        /// Rows, from 1, at or just before which it opened and came back.
        var openedAtRows: [Int]
        /// null: still open at the end.
        @Null var resolvedAtRow: Int?
        var pages: Int
        var summary: String
    }

    struct Score: Codable, Equatable, Sendable {
        /// Runs of labelled rows, and those of them in which an incident opened.
        var events: Int
        var found: Int
        @Null var recall: Double?
        @Null var delaySecondsMedian: Double?
        @Null var delaySecondsMax: Double?
        var falseIncidents: Int
        @Null var falsePerServerWeek: Double?
        /// For comparisons of methods: see `VolumeUnderSurface`.
        @Null var vusPr: Double?
    }

    var version = DocumentFormat.version
    var address: String
    var metrics: Int
    var rows: Int
    /// Out of order, twice the same time, or too far from the others.
    var skippedRows: Int
    var learnedRows: Int
    var intervalSeconds: Double
    var incidents: [Opened]
    @Null var score: Score?

    init(
        _ address: TwinAddress, _ series: Series, _ played: ReplayedSeries,
        interval: Milliseconds, learnedRows: Int, labels: [Bool]?
    ) {
        self.address = address.description
        metrics = series.names.count
        rows = played.rowCount
        skippedRows = played.skippedRows
        self.learnedRows = learnedRows
        intervalSeconds = interval.seconds
        incidents = played.incidents.filter { !$0.openedAtRows.isEmpty }.map { Opened($0) }
        score = labels.map { Score(played, labels: $0, interval: interval) }
    }
}

extension ReplayDocument.Opened {
    init(_ incident: ReplayedIncident) {
        self.init(
            number: incident.number, kind: incident.kind.rawValue, subject: incident.subject,
            severity: incident.severity, openedAtRows: incident.openedAtRows.map { $0 + 1 },
            resolvedAtRow: incident.resolvedAtRow.map { $0 + 1 }, pages: incident.pages,
            summary: incident.summary)
    }
}

extension ReplayDocument.Score {
    init(_ played: ReplayedSeries, labels: [Bool], interval: Milliseconds) {
        let score = LabelScorer(interval: interval)
            .score(labels: labels, openedAtRows: played.openedAtRows)
        self.init(
            events: score.events, found: score.eventsFound, recall: score.eventRecall,
            delaySecondsMedian: score.delayMedian?.seconds,
            delaySecondsMax: score.delayMax?.seconds, falseIncidents: score.falseIncidents,
            falsePerServerWeek: score.falseIncidentsPerServerWeek,
            vusPr: VolumeUnderSurface.precisionRecall(labels: labels, scores: played.burning))
    }
}
