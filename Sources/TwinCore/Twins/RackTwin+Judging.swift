/// Quorum, the model's opinions and what becomes of them.
extension RackTwin {
    /// Members that joined less than so many intervals ago do not vote.
    static let joinIntervals: Int64 = 2
    /// A silence may still prove to be shared for so many intervals after we heard of it.
    static let freshIntervals: Int64 = 4
    /// Likeness waits this long after an outage: what its end shook up is no new trouble.
    static let settleAfterOutage = Milliseconds.minutes(2)

    /// Lets the model look at the members and carries its opinions into the book.
    ///
    /// Without quorum or with half a picture nobody is asked: incidents stay as they are, no data
    /// never means resolved.
    mutating func judge(
        in context: StepContext, effects: inout StepEffects
    ) -> [RackOpinion] {
        for index in members.indices {
            members[index].isHeard = !context.unheardChildShards.contains(members[index].shard)
        }
        endOutage(in: context)
        if members.isEmpty { closeForLackOfMembers(in: context, effects: &effects) }
        let voters = RackVoters(of: self, at: context.elapsed)
        modelDue = voters.joinDue
        guard voters.hasQuorum, context.unansweredChildShards == 0 else { return [] }
        let settledAt = outageOver.map { $0 + RackTwin.settleAfterOutage }
        let opinions = RackTwin.model.opinions(
            on: RackPicture(
                key: key, members: members, judged: voters.judged, expected: voters.expected,
                interval: voters.interval, now: context.elapsed, wall: context.wall,
                active: book.incidents, outage: outage,
                isSettling: settledAt.map { $0 > context.elapsed } ?? false))
        for opinion in opinions { carry(opinion, in: context, effects: &effects) }
        remind(at: settledAt, after: context.elapsed)
        remind(at: outage?.leaveAt, after: context.elapsed)
        return opinions.filter { $0.state != .replaced }
    }

    private mutating func carry(
        _ opinion: RackOpinion, in context: StepContext, effects: inout StepEffects
    ) {
        let finding = opinion.finding
        switch opinion.state {
        case .bad:
            book.raise(finding, in: context, effects: &effects)
        case .over:
            let phase = book.incident(finding.kind, subject: finding.subject)?.phase
            // The cause is an updated record of the incident while it is still open.
            if phase == .open { book.raise(finding, in: context, effects: &effects) }
            book.clear(
                finding.kind, subject: finding.subject, cause: finding.cause,
                summary: finding.summary, in: context, effects: &effects)
        case .replaced:
            book.clear(
                finding.kind, subject: finding.subject, immediately: true, in: context,
                effects: &effects)
        }
        guard let next = opinion.outage else { return }
        outage = next
        for index in opinion.affected where members[index].outage == nil {
            members[index].outage = members[index].silence.map { RackOutagePart(silent: $0) }
        }
    }

    /// A dismantled rack has no troubles: what its members left behind is closed.
    private mutating func closeForLackOfMembers(
        in context: StepContext, effects: inout StepEffects
    ) {
        for incident in book.incidents {
            book.clear(
                incident.kind, subject: incident.subject, immediately: true,
                summary: "The rack has no members left.", in: context, effects: &effects)
        }
    }

    /// Forgets the outage once its incident is resolved.
    private mutating func endOutage(in context: StepContext) {
        guard outage != nil, book.incident(.rackUnreachable) == nil else { return }
        outage = nil
        outageOver = context.elapsed
        for index in members.indices { members[index].outage = nil }
    }

    private mutating func remind(at time: Elapsed?, after now: Elapsed) {
        guard let time, time > now else { return }
        modelDue = modelDue.map { min($0, time) } ?? time
    }
}

/// Who votes in a rack now.
struct RackVoters {
    /// Expected, heard and joined long enough ago; ascending indices.
    var judged: [Int] = []
    /// Heard and joined long enough ago, also when gone before; what reporters are counted over.
    var present: [Int] = []
    /// Expected and joined long enough ago, heard or not.
    var expected: [Int] = []
    /// Expected, whenever they joined: what a quorum is half of.
    var expectedCount = 0
    var unheardCount = 0
    /// The median interval of the members.
    var interval = Limits.intervalDefault
    /// When the next member may vote.
    var joinDue: Elapsed?

    init(of rack: RackTwin, at now: Elapsed) {
        var intervals: [Milliseconds] = []
        intervals.reserveCapacity(rack.members.count)
        // Each where it lies: a member that is held is copied with its incidents and folds.
        let members = rack.members.span
        for index in members.indices { intervals.append(members[index].status.interval) }
        intervals.sort()
        if !intervals.isEmpty { interval = intervals[intervals.count / 2] }
        let fresh = RackTwin.freshIntervals * interval
        present.reserveCapacity(members.count)
        judged.reserveCapacity(members.count)
        expected.reserveCapacity(members.count)
        for index in members.indices {
            let votesFrom =
                members[index].joined
                + RackTwin.joinIntervals * members[index].status.interval
            let isHeard = members[index].isHeard
            if votesFrom <= now, isHeard, members[index].isInService { present.append(index) }
            guard members[index].isExpected(at: now, fresh: fresh) else { continue }
            expectedCount += 1
            if votesFrom > now {
                joinDue = joinDue.map { min($0, votesFrom) } ?? votesFrom
                continue
            }
            expected.append(index)
            if isHeard { judged.append(index) } else { unheardCount += 1 }
        }
    }

    /// A rack judges while at least half of its expected members are left.
    var hasQuorum: Bool { expectedCount > 0 && judged.count * 2 >= expectedCount }
}
