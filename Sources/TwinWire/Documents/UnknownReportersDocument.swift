package import TwinCore

/// The answer to `list unknown`: who reports though nobody commissioned it.
package struct UnknownReportersDocument: AnswerDocument {
    package struct Item: Codable, Equatable, Sendable {
        package var address: String
        package var key: String
        /// The first refused report.
        package var since: RFC3339
        /// The latest one.
        package var lastReportAt: RFC3339
        package var reports: UInt64

        package init(
            address: String, key: String, since: RFC3339, lastReportAt: RFC3339, reports: UInt64
        ) {
            self.address = address
            self.key = key
            self.since = since
            self.lastReportAt = lastReportAt
            self.reports = reports
        }
    }

    package var version: Int = DocumentFormat.version
    /// Only servers report.
    package var tier: Tier = .server
    package var items: [Item]
    @Null package var cursor: String?
    package var missing: [MissingShardDocument]

    package init(items: [Item], cursor: String? = nil, missing: [MissingShardDocument]) {
        self.items = items
        self.cursor = cursor
        self.missing = missing
    }
}
