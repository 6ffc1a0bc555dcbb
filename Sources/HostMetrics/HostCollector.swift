/// Reads one part of the host.
///
/// A collector never fails: what is not there is not set, what is malformed is a noted problem.
protocol HostCollector: Sendable {
    mutating func collect(into scrape: inout Scrape)
}
