/// What a shard says of a report before it takes it.
package struct ReportPlan: Sendable {
    package let admission: ReportAdmission
    package let ordinal: UInt32
    package let isDecommissioned: Bool
    /// The window of the twin is laid out by the set of the report already.
    package let isLaidOut: Bool
}
