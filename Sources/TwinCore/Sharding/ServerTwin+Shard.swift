/// The server twin as its shard and its owner use it.
extension ServerTwin: ShardTwin {
    package init(
        key: TwinKey, ordinal: UInt32, firstIncidentNumber: UInt32, in context: StepContext
    ) {
        self.init(
            key: key, ordinal: ordinal, firstIncidentNumber: max(firstIncidentNumber, 1) - 1)
    }

    package mutating func step(
        _ report: ReportInput, values: [Float], sets: MetricSets, profiles: [ReporterProfile],
        in context: StepContext, effects: inout StepEffects
    ) {
        guard let metricSet = sets[report.metricSet], let target = sets[report.target],
            Int(report.profile) < profiles.count
        else {
            invariant(false, "\(Self.tier)/\(key): report of an unknown metric set or profile")
            return
        }
        let header = ReportHeader(
            at: report.at, flags: report.flags, metricSet: metricSet, target: target,
            profile: profiles[Int(report.profile)], devices: report.devices)
        step(header, values: values.span.extracting(report.values), in: context, effects: &effects)
    }

    package mutating func reopen(above number: UInt32, in context: StepContext) {
        version = context.version
        book.number(above: number)
    }

    /// Whether `owedParents` would name anybody; cheap enough for every report.
    package var hasDebts: Bool {
        !formerRacks.isEmpty || (commission != nil && !isRefused && receipted != version)
    }
}

extension RackTwin: ShardTwin {
    package mutating func reopen(above number: UInt32, in context: StepContext) {
        version = context.version
        book.number(above: number)
        for index in members.indices { members[index].folds.version = context.version }
    }
}

extension DatacenterTwin: ShardTwin {
    package mutating func reopen(above number: UInt32, in context: StepContext) {
        book.number(above: number)
        for index in racks.indices { racks[index].folds.version = context.version }
    }
}
