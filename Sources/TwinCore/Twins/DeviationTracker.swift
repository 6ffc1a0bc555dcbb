/// One metric that is far from its expected range on one server.
///
/// Metrics that go astray within a quarter of an hour of each other share one incident: that of
/// the first, the lead. So a backup that moves disk, network and CPU is one incident.
package struct DeviationTracker: Equatable, Sendable, Codable {
    /// Far for so many reports and so long before it counts; so many good reports end it.
    static let reports = 5
    static let duration = Milliseconds.minutes(10)
    static let goodReports = 5
    static let clearDelay = Milliseconds.minutes(10)
    /// A metric that begins this long after the lead is a different problem.
    static let joinWithin = Milliseconds.minutes(15)

    let metric: String
    let since: Timestamp
    /// The metric that names the incident; nil while it does not count yet.
    var lead: DeviationLead?
    var farReports: UInt8 = 1
    var goodReports: UInt8 = 0
    /// It lasted so long that it became the usual.
    var isAbsorbed = false
    /// When the evidence of the incident was last refreshed, by report time.
    var toldAt: Timestamp

    init(metric: String, since: Timestamp) {
        self.metric = metric
        self.since = since
        toldAt = since
    }

    /// Takes one report.
    mutating func note(isFar: Bool) {
        if isFar {
            if farReports < .max { farReports += 1 }
            goodReports = 0
        } else {
            goodReports += 1
        }
    }

    /// True once it has been far long enough to count.
    func counts(at: Timestamp) -> Bool {
        farReports >= DeviationTracker.reports && at - since >= DeviationTracker.duration
    }
}

/// The metric that began a deviation: the subject of the shared incident.
struct DeviationLead: Equatable, Sendable, Codable {
    let metric: String
    let since: Timestamp
}
