import Foundation
import Testing

/// The real executables on this machine, each test with a cluster of its own: broker, two server
/// and two rack instances, one dc instance.
///
/// The suites run beside each other, because their time is spent waiting: what a cluster promises
/// about silence shows only after silence. `TWIN_LONG=1` makes pauses last minutes.
@Suite("The real executables", .clusterLogs, .onOwnThread)
enum EndToEnd {
    /// True when pauses and outages last as long as in an operator's life.
    static let isLong = ProcessInfo.processInfo.environment["TWIN_LONG"] == "1"
}

extension Trait where Self == IssueHandlingTrait {
    /// Adds the end of every process's log to whatever goes wrong.
    static var clusterLogs: Self {
        .compactMapIssues { issue in
            var issue = issue
            issue.comments += ClusterLogs.shared.tails.map { Comment(rawValue: $0) }
            return issue
        }
    }
}
