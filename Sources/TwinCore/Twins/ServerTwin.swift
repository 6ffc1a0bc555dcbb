/// The virtual counterpart of one server: judges its reports, notices its silence, tells its rack.
///
/// Keeps 15 minutes of reports, the learned baseline and the incidents. Deterministic; every step
/// reads itself, the input and the context. Extensions: `+Commission`, `+Report` (the hot path),
/// `+Health`, `+Deviation`, `+Silence`, `+Status` (what the rack is told), `+Codable`.
package struct ServerTwin: Sendable {
    package enum Input: Equatable, Sendable {
        /// Put under watch, changed or moved to another rack.
        case commission(Commission)
        case decommission
        /// `target` is the layout of the window from now on; see `MetricSets.union`.
        case report(Report, target: MetricSet)
        case heard(HeardOnly)
        case receipt(Receipt)
        case command(TwinCommand)
        case timer
    }

    package let key: TwinKey
    package let ordinal: UInt32
    package internal(set) var book: IncidentBook

    // MARK: standing
    package internal(set) var standing = ServerStanding.unborn
    /// The position of the present commission.
    package internal(set) var generation: UInt64 = 0
    package internal(set) var commissionedAt = Timestamp(milliseconds: 0)
    package internal(set) var commissionedElapsed = Elapsed.zero

    // MARK: what the racks know
    package internal(set) var version = Version.none
    /// The version that the present rack has receipted.
    package internal(set) var receipted = Version.none
    /// The present rack refused the server: nothing is repeated until there is news.
    package internal(set) var isRefused = false
    /// Racks that have not receipted *not a member* yet, oldest first.
    package internal(set) var formerRacks: [TwinKey] = []
    /// The version of the rack's fold set that is applied.
    package internal(set) var foldsVersion = Version.none
    package internal(set) var digest = Digest()
    package internal(set) var digestAt = Elapsed.zero

    // MARK: silence
    package internal(set) var presence = ServerPresence.awaiting
    package internal(set) var condition = ServerCondition.awaiting
    package internal(set) var conditionSince = Timestamp(milliseconds: 0)
    package internal(set) var continuity = Continuity()
    package internal(set) var lastHeard: Elapsed?
    package internal(set) var silenceDue: Elapsed?
    /// Reports from the future in a row.
    package internal(set) var futureRun: UInt8 = 0

    // MARK: reports
    package internal(set) var profile = ReporterProfile()
    package internal(set) var counters = ReportCounters()
    package internal(set) var metricSet = MetricSet.empty
    package internal(set) var window = ReportWindow(columns: 0)
    package internal(set) var latest = LatestReport()
    /// When the host booted, in seconds since 1970, by its own uptime; nil = never reported.
    package internal(set) var bootSeconds: Int64?

    // MARK: models
    package internal(set) var baseline = Baseline(columns: 0)
    package internal(set) var trackers: [RuleTracker] = []
    package internal(set) var deviations: [DeviationTracker] = []

    /// A twin at its birth, before its first commission. Its incidents are numbered above
    /// `firstIncidentNumber`.
    package init(key: TwinKey, ordinal: UInt32, firstIncidentNumber: UInt32) {
        self.key = key
        self.ordinal = ordinal
        book = IncidentBook(
            address: TwinAddress(tier: .server, key: key), highestNumber: firstIncidentNumber)
    }

    /// The commission in force; nil when the server is out of watch.
    package var commission: Commission? {
        if case .commissioned(let commission) = standing { commission } else { nil }
    }

    package var isDecommissioned: Bool {
        switch standing {
        case .unborn, .commissioned: false
        case .decommissioned: true
        }
    }

    /// How often a report is expected: declared by the reporter, else at commission, else 10 s.
    package var interval: Milliseconds {
        let wanted = profile.interval ?? commission?.interval ?? Limits.intervalDefault
        return min(max(wanted, Limits.intervalMin), Limits.intervalMax)
    }

    /// How long a foldable incident waits for the rack: 2 × interval + 5 s, 15 s … 5 min.
    package var foldHold: Milliseconds {
        min(max(2 * interval + Limits.foldHoldExtra, Limits.foldHoldMin), Limits.foldHoldMax)
    }
}

extension ServerTwin: TwinState {
    package static var tier: Tier { .server }
    package static var timerInput: Input { .timer }

    package static func input(for command: TwinCommand) -> Input { .command(command) }

    package var statusWord: String { isDecommissioned ? "decommissioned" : condition.name }

    package var nextDue: Elapsed? {
        switch standing {
        case .unborn: return nil
        case .decommissioned(_, let since, let isForgotten):
            return isForgotten ? nil : since + Limits.decommissionedKept
        case .commissioned:
            guard let book = book.nextDue else { return silenceDue }
            return silenceDue.map { min($0, book) } ?? book
        }
    }

    /// True once 24 h have passed since the decommission and every rack has receipted it.
    package var isRemovable: Bool {
        switch standing {
        case .unborn, .commissioned: false
        case .decommissioned(_, _, let isForgotten): isForgotten && formerRacks.isEmpty
        }
    }

    package func admission(of command: TwinCommand, in context: StepContext) -> Admission {
        guard commission != nil else { return .refused(outOfWatch) }
        return book.admission(of: command, in: context)
    }

    /// What everybody gets who asks something of a server out of watch.
    package var outOfWatch: Refusal {
        Refusal(
            .unknownAddress, "server/\(key) is not under watch", address: "server/\(key)",
            found: "decommissioned, generation \(generation)", wanted: "a commissioned server",
            hint: "twinctl commission \(key) --dc DC --rack RACK")
    }

    package mutating func step(
        _ input: Input, in context: StepContext, effects: inout StepEffects
    ) {
        if case .report(let report, let target) = input {
            let header = ReportHeader(
                at: report.at, flags: report.flags, metricSet: report.metricSet, target: target,
                profile: report.profile, devices: report.devices)
            step(header, values: report.values.span, in: context, effects: &effects)
            return
        }
        let before = told
        switch input {
        case .commission(let commission): commence(commission, in: context, effects: &effects)
        case .decommission: decommission(in: context, effects: &effects)
        case .heard(let kind): heard(kind, in: context, effects: &effects)
        case .receipt(let receipt): take(receipt, in: context, effects: &effects)
        case .command(let command): book.carryOut(command, in: context, effects: &effects)
        case .timer: wake(in: context, effects: &effects)
        case .report: break
        }
        tell(since: before, in: context)
    }

    private mutating func wake(in context: StepContext, effects: inout StepEffects) {
        switch standing {
        case .unborn: break
        case .commissioned:
            book.advance(in: context, effects: &effects)
            watchSilence(in: context, effects: &effects)
        case .decommissioned(let commission, let since, _):
            guard context.elapsed >= since + Limits.decommissionedKept else { return }
            standing = .decommissioned(commission, at: since, isForgotten: true)
        }
    }
}
