internal import TwinCore

/// The way between two tiers of an `OfflineCluster`: statuses up, receipts and folds down.
///
/// Loses nothing and keeps the order; every word takes the same time. A child's status is read
/// when it arrives, so what changed in the meantime is in it, as in the real batches.
struct OfflineLink<Child: ShardTwin & ChildTwin, Parent: ShardTwin & ParentTwin>: Sendable
where Child.Status == Parent.ChildStatus {
    private enum Word: Sendable {
        case status(Debt)
        case receipt(child: TwinKey, Receipt)
    }

    private struct Letter: Sendable {
        let due: Milliseconds
        let word: Word
    }

    private let delay: Milliseconds
    /// Ascending by time, from `head` on.
    private var letters: [Letter] = []
    private var head = 0
    /// Debts whose status or its receipt is on its way.
    private var onTheWay: Set<Debt> = []
    /// The version of the fold set that was last sent to each child.
    private var toldFolds: [TwinKey: Version] = [:]

    init(delay: Milliseconds) { self.delay = delay }

    /// When the next word arrives; nil = none is on its way.
    var nextDue: Milliseconds? { head < letters.count ? letters[head].due : nil }

    /// Sends what a child owes its parents, unless it is on its way already.
    mutating func owe(_ slot: Int, of children: Shard<Child>, at now: Milliseconds) {
        guard let parents = children.slots[slot].twin?.owedParents, !parents.isEmpty,
            let ordinal = children.slots[slot].twin?.ordinal
        else { return }
        for parent in parents {
            let debt = Debt(shard: children.id.index, ordinal: ordinal, parent: parent)
            if onTheWay.insert(debt).inserted { send(.status(debt), at: now) }
        }
    }

    /// Sends the fold sets of a parent that its children have not named yet, each set once.
    mutating func oweFolds(_ slot: Int, of parents: Shard<Parent>, at now: Milliseconds) {
        for child in parents.slots[slot].twin?.owedChildren ?? [] {
            guard let receipt = parents.slots[slot].twin?.receipt(for: child),
                toldFolds[child] != receipt.folds.version
            else { continue }
            toldFolds[child] = receipt.folds.version
            send(.receipt(child: child, receipt), at: now)
        }
    }

    /// Delivers the next word; returns the slots it touched.
    mutating func deliver(
        to parents: inout Shard<Parent>, and children: inout Shard<Child>, at time: TurnTime
    ) -> (parent: Int?, child: Int?) {
        switch takeFirst() {
        case nil:
            return (nil, nil)
        case .status(let debt):
            return (deliver(debt, from: children, to: &parents, at: time), nil)
        case .receipt(let child, let receipt):
            return (nil, deliver(receipt, to: child, in: &children, at: time))
        }
    }

    // MARK: up

    private mutating func deliver(
        _ debt: Debt, from children: Shard<Child>, to parents: inout Shard<Parent>,
        at time: TurnTime
    ) -> Int? {
        onTheWay.remove(debt)
        guard let child = children.twin(ordinal: debt.ordinal),
            child.owedParents.contains(debt.parent)
        else { return nil }
        let message = child.message(for: debt.parent)
        let input = Parent.input(for: message)
        var touched: Int?
        if let slot = parents.find(debt.parent) {
            if let parent = parents.slots[slot].twin, parent.isNews(message) {
                touched = parents.take(
                    .twin(ordinal: parent.ordinal, input), at: time, record: Self.record)
            }
        } else if message.status != nil {
            touched = parents.take(
                parents.birth(of: debt.parent, input), at: time, record: Self.record)
        }
        let receipt =
            parents.twin(debt.parent)?.receipt(for: child.key)
            ?? Receipt(
                parent: debt.parent, version: message.version, disposition: .notMember,
                folds: FoldSet())
        toldFolds[child.key] = receipt.folds.version
        onTheWay.insert(debt)
        send(.receipt(child: child.key, receipt), at: time.running)
        return touched
    }

    // MARK: down

    private mutating func deliver(
        _ receipt: Receipt, to key: TwinKey, in children: inout Shard<Child>, at time: TurnTime
    ) -> Int? {
        guard let slot = children.find(key), let ordinal = children.slots[slot].twin?.ordinal
        else { return nil }
        onTheWay.remove(
            Debt(shard: children.id.index, ordinal: ordinal, parent: receipt.parent))
        if children.slots[slot].twin?.isSettled(by: receipt) == false {
            children.take(
                .twin(ordinal: ordinal, Child.input(for: receipt)), at: time, record: Self.record)
        }
        return slot
    }

    // MARK: queue

    private mutating func send(_ word: Word, at now: Milliseconds) {
        letters.append(Letter(due: now + delay, word: word))
    }

    private mutating func takeFirst() -> Word? {
        guard head < letters.count else { return nil }
        let word = letters[head].word
        head += 1
        if head >= Self.compactFrom, head * 2 >= letters.count {
            letters.removeFirst(head)
            head = 0
        }
        return word
    }

    private static var compactFrom: Int { 1_024 }
    /// Nothing is journalled here: all inputs belong to one record.
    private static var record: UInt64 { 1 }
}
