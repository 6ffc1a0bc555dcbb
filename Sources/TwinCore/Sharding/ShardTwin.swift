/// What a shard needs of its twins beyond their behaviour: birth, reports, and a durable form.
package protocol ShardTwin: TwinState, Codable {
    init(
        key: TwinKey, ordinal: UInt32, firstIncidentNumber: UInt32, in context: StepContext)

    /// The shard goes on under a new epoch after a restore: everything a parent or child may know
    /// of this twin is older from here on, and incident numbers go on above `number`.
    mutating func reopen(above number: UInt32, in context: StepContext)

    /// Takes a report by numbers; only server twins get any.
    mutating func step(
        _ report: ReportInput, values: [Float], sets: MetricSets, profiles: [ReporterProfile],
        in context: StepContext, effects: inout StepEffects)
}

/// What a shard does for a twin after each of its steps.
struct TwinWants {
    let isRemovable: Bool
    let nextDue: Elapsed?
    let nextWallDue: Timestamp?
}

extension ShardTwin {
    /// What the twin wants of its shard now.
    ///
    /// Changes nothing and is `mutating` all the same: so the shard asks the twin where it lies.
    /// To call anything else through an array Swift copies the value, which for a twin is some
    /// forty reference counts and costs more than a report.
    mutating func wants() -> TwinWants {
        TwinWants(isRemovable: isRemovable, nextDue: nextDue, nextWallDue: nextWallDue)
    }

    package mutating func step(
        _ report: ReportInput, values: [Float], sets: MetricSets, profiles: [ReporterProfile],
        in context: StepContext, effects: inout StepEffects
    ) {
        invariant(false, "\(Self.tier)/\(key) got a report")
    }
}
