package import TwinCore

/// One report on its way to an `OfflineCluster`.
package struct OfflineReport: Equatable, Sendable {
    package var server: TwinKey
    /// When it arrives, since the cluster's first moment.
    package var deliveredAt: Milliseconds
    /// When it was taken, by the server's own clock.
    package var at: Timestamp
    package var flags: ReportFlags
    package var profile: ReporterProfile
    /// One value a metric of the cluster, NaN = absent.
    package var values: [Float]

    package init(
        server: TwinKey, deliveredAt: Milliseconds, at: Timestamp, flags: ReportFlags = [],
        profile: ReporterProfile, values: [Float]
    ) {
        self.server = server
        self.deliveredAt = deliveredAt
        self.at = at
        self.flags = flags
        self.profile = profile
        self.values = values
    }
}

/// What became of the reports of an `OfflineCluster`, by their times alone.
package struct OfflineTally: Equatable, Sendable {
    package var accepted = 0
    package var late = 0
    package var duplicate = 0
    package var tooOld = 0
    /// More than a minute ahead of the cluster's clock.
    package var future = 0
    /// From servers that nobody commissioned.
    package var unknown = 0

    package init() {}

    package var total: Int { accepted + late + duplicate + tooOld + future + unknown }
}
