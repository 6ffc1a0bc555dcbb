/// The rack as a parent: which servers are members, and what each is told.
extension RackTwin {
    package func isNews(_ message: ChildMessage<ServerStatus>) -> Bool {
        if let place = place(of: message.child) { return message.version > members[place].version }
        guard let stranger = strangers[message.child] else { return true }
        let hasRoom = members.count < Limits.membersPerRackMax
        if stranger.isRefused, hasRoom, message.status != nil { return true }
        return message.version > stranger.version
    }

    package func lacks(_ child: TwinKey, at version: Version) -> Bool {
        if let place = place(of: child) { return version > members[place].version }
        guard let stranger = strangers[child] else { return true }
        return version > stranger.version
            || (stranger.isRefused && members.count < Limits.membersPerRackMax)
    }

    package func forEachChild(_ visit: (TwinKey, UInt16, Version) -> Void) {
        for index in members.indices {
            visit(members[index].key, members[index].shard, members[index].version)
        }
    }

    package func receipt(for child: TwinKey) -> Receipt {
        if let place = place(of: child) {
            return Receipt(
                parent: key, version: members[place].version, disposition: .member,
                folds: members[place].folds)
        }
        let stranger = strangers[child]
        return Receipt(
            parent: key, version: stranger?.version ?? .none,
            disposition: stranger?.isRefused == true
                ? .refused(reason: fullReason) : .notMember,
            folds: FoldSet())
    }

    package var owedChildren: [TwinKey] {
        let members = members.span
        var owed: [TwinKey] = []
        for index in members.indices
        where members[index].status.foldsVersion != members[index].folds.version {
            owed.append(members[index].key)
        }
        return owed
    }

    /// The member of this key; nil when it is none. O(log members).
    package func member(_ child: TwinKey) -> RackMember? {
        place(of: child).map { members[$0] }
    }

    private func place(of child: TwinKey) -> Int? {
        let index = position(of: child)
        return index < members.count && members[index].key == child ? index : nil
    }

    private var fullReason: String {
        "rack/\(key): wanted at most \(Limits.membersPerRackMax) members, this would be one more"
    }

    /// Takes a member's word; true when an incident that this rack folds got worse.
    mutating func take(_ message: ChildMessage<ServerStatus>, in context: StepContext) -> Bool {
        guard isNews(message) else { return false }
        let index = position(of: message.child)
        let isMember = index < members.count && members[index].key == message.child
        guard let status = message.status else {
            if isMember { members.remove(at: index) }
            strangers.note(
                message.child, version: message.version, isRefused: false, at: context.elapsed)
            return false
        }
        guard isMember else {
            admit(message, status, at: index, in: context)
            return false
        }
        let isWorse = isWorse(status, than: members[index])
        members[index].take(status, version: message.version, at: context.elapsed)
        noteSigns(at: index, in: context)
        return isWorse
    }

    private mutating func admit(
        _ message: ChildMessage<ServerStatus>, _ status: ServerStatus, at index: Int,
        in context: StepContext
    ) {
        guard members.count < Limits.membersPerRackMax else {
            strangers.note(
                message.child, version: message.version, isRefused: true, at: context.elapsed)
            return
        }
        strangers.forget(message.child)
        // A server that comes with another parent's folds must hear that here there are none.
        let folds = FoldSet(version: status.foldsVersion == .none ? .none : context.version)
        let shard = message.child.shardIndex(shardCount: max(context.childShardCount, 1))
        members.insert(
            RackMember(
                key: message.child, shard: shard, version: message.version, status: status,
                folds: folds, at: context.elapsed),
            at: index)
        noteSigns(at: index, in: context)
    }

    private mutating func noteSigns(at index: Int, in context: StepContext) {
        let rows = RackTwin.model.signs(
            of: members[index].status, reference: members[index].reference)
        members[index].note(rows, in: context)
    }

    private func isWorse(_ status: ServerStatus, than member: RackMember) -> Bool {
        member.folds.entries.contains { entry in
            let before = member.status.incidents.first { $0.number == entry.child }
            let now = status.incidents.first { $0.number == entry.child }
            guard let before, let now else { return false }
            return now.severity > before.severity
        }
    }

    private func position(of child: TwinKey) -> Int {
        var low = 0
        var high = members.count
        while low < high {
            let middle = (low + high) / 2
            if members[middle].key < child { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
