/// What a parent instance knows of the lists that child instances send it: how far each has come,
/// what is still to be done about them, and whom to ask for one.
///
/// Volatile: a list that was cut off by a restart begins again. Bounded: one list per child
/// instance, of it the children of at most one shard; no part is taken while steps are left, and
/// those are at most the parents' own children and one a parent shard.
package struct AuditIntake: Sendable {
    /// One consequence of a list, or of a shard's birth; each becomes journalled inputs.
    package enum Step: Equatable, Sendable {
        /// The list of the child's shard, whole as of this version, does not name the child under
        /// this parent.
        case leave(shard: UInt16, parent: TwinKey, child: TwinKey, childShard: UInt16, Version)
        /// These child shards have told this parent shard all their children.
        case answered(shard: UInt16, ShardSet)
        /// What a shard awaits has changed: its twins look at their picture again.
        case look(shard: UInt16)
    }

    /// A part by its numbers.
    package struct PartNumber: Equatable, Sendable {
        package let instance: InstanceName
        package let startNumber: UInt64
        package let audit: UInt64
        package let part: Int

        package init(instance: InstanceName, startNumber: UInt64, audit: UInt64, part: Int) {
            self.instance = instance
            self.startNumber = startNumber
            self.audit = audit
            self.part = part
        }

        /// Whether both are parts of one list.
        fileprivate func isOfSameList(as other: PartNumber) -> Bool {
            isOfSameProcess(as: other) && audit == other.audit
        }

        /// Whether one process has sent both: its lists are numbered in order.
        fileprivate func isOfSameProcess(as other: PartNumber) -> Bool {
            (instance, startNumber) == (other.instance, other.startNumber)
        }
    }

    /// The shard that the next part of a list goes on with, and its children so far.
    package struct CutShard: Equatable, Sendable {
        package let index: UInt16
        /// (epoch, position) of the shard when its list began.
        package let asOf: Version
        /// The parent under which each child is listed.
        package var parents: [TwinKey: TwinKey]
        /// How many parts it spans so far.
        package var parts: Int

        package init(index: UInt16, asOf: Version, parents: [TwinKey: TwinKey], parts: Int) {
            self.index = index
            self.asOf = asOf
            self.parents = parents
            self.parts = parts
        }
    }

    private struct List: Sendable {
        /// The last part taken.
        var last: PartNumber
        var cut: CutShard?
    }

    private struct Ask: Sendable {
        let instance: InstanceName
        var notBefore: Int64
        var backoff = Limits.auditAskBackoffMin
    }

    /// Ascending by instance name.
    private var lists: [List] = []
    private var asks: [Ask] = []
    private var steps: [Step] = []
    private var head = 0

    package init() {}

    // MARK: parts

    /// Whether a part continues its list, or begins one.
    /// - Returns: false for one that was taken already or whose list was given up since: it is
    ///   answered and changes nothing.
    package func admits(_ number: PartNumber) throws(Refusal) -> Bool {
        let last = lists.first { $0.last.instance == number.instance }?.last
        if let last, last.isOfSameList(as: number) {
            if number.part <= last.part { return false }
            guard number.part == last.part + 1 else {
                throw outOfOrder(number, wanted: last.part + 1)
            }
        } else {
            if let last, last.isOfSameProcess(as: number), number.audit < last.audit {
                return false
            }
            guard number.part == 0 else { throw outOfOrder(number, wanted: 0) }
        }
        guard stepsLeft == 0 else {
            throw Refusal(
                .overloaded,
                "audit \(number.audit) of \(number.instance), part \(number.part): "
                    + "\(stepsLeft) inputs of an earlier part are still to be stepped",
                found: "\(stepsLeft)", wanted: "0")
        }
        return true
    }

    private func outOfOrder(_ number: PartNumber, wanted: Int) -> Refusal {
        Refusal(
            .conflict, "audit \(number.audit) of \(number.instance): a part is missing",
            found: "part \(number.part)", wanted: "part \(wanted)",
            hint: "begin a new list")
    }

    /// The shard that the list of this part was cut in; nil when its last part ended with a shard.
    package func cut(before number: PartNumber) -> CutShard? {
        lists.first { $0.last.isOfSameList(as: number) }?.cut
    }

    /// An admitted part was taken: what of a shard it leaves open, and what is to be done.
    package mutating func took(
        _ number: PartNumber, cut: CutShard?, steps new: [Step], at now: Int64
    ) {
        let list = List(last: number, cut: cut)
        if let index = lists.firstIndex(where: { $0.last.instance >= number.instance }) {
            if lists[index].last.instance == number.instance {
                lists[index] = list
            } else {
                lists.insert(list, at: index)
            }
        } else {
            lists.append(list)
        }
        for step in new { add(step) }
        // It is telling: no need to ask while the next part may be on its way.
        if let ask = asks.firstIndex(where: { $0.instance == number.instance }) {
            asks[ask].notBefore = now + Limits.auditPartPatience.rawValue
        }
    }

    // MARK: steps

    /// How many steps wait; a turn takes `Limits.auditStepsPerTurnMax`.
    package var stepsLeft: Int { steps.count - head }

    package mutating func add(_ step: Step) { steps.append(step) }

    package mutating func nextStep() -> Step? {
        guard head < steps.count else { return nil }
        let step = steps[head]
        head += 1
        if head == steps.count {
            steps.removeAll(keepingCapacity: false)
            head = 0
        }
        return step
    }

    // MARK: asking

    /// Instances whose list has been awaited for some fifteen seconds, for the operator.
    package var silent: [InstanceName] {
        asks.filter { $0.backoff == Limits.retryBackoffMax }.map(\.instance)
    }

    /// Which of the instances whose list is awaited should be asked now: each at once, then with a
    /// back-off of 1 → 10 s until its list comes. The others are forgotten.
    package mutating func toAsk(_ awaited: [InstanceName], at now: Int64) -> [InstanceName] {
        asks = awaited.map { instance in
            asks.first { $0.instance == instance } ?? Ask(instance: instance, notBefore: now)
        }
        var due: [InstanceName] = []
        for index in asks.indices where asks[index].notBefore <= now {
            due.append(asks[index].instance)
            asks[index].notBefore = now + asks[index].backoff.rawValue
            asks[index].backoff = min(2 * asks[index].backoff, Limits.retryBackoffMax)
        }
        return due
    }
}
