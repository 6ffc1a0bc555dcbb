/// Coming under watch, moving, leaving: all idempotent by content, guarded by the generation.
extension ServerTwin {
    /// What a commission of this existing twin would get now; changes nothing.
    ///
    /// The same content in force is `already`, whatever generation is named, so that a repeated
    /// command succeeds. Otherwise `ifGeneration` must be nil or the present one; for a twin out
    /// of watch 0 (must not exist) will do too.
    package func admission(
        of commission: Commission, ifGeneration wanted: UInt64?
    ) -> Admission {
        if self.commission == commission { return .already }
        let isFree = isDecommissioned && wanted == 0
        if let wanted, wanted != generation, !isFree { return .refused(conflict(wanted: wanted)) }
        let formers = formerRacks.filter { $0 != commission.rack }.count
        let leaves = self.commission.map { $0.rack != commission.rack } ?? false
        guard formers + (leaves ? 1 : 0) <= Limits.formerRacksMax else {
            let racks = formerRacks.map(\.description).joined(separator: ", ")
            return .refused(
                Refusal(
                    .overloaded,
                    "server/\(key): \(formers) former racks have not receipted its leaving yet",
                    address: "server/\(key)", found: racks,
                    wanted: "at most \(Limits.formerRacksMax) former racks",
                    hint: "repeat when the rack tier answers; twinctl status"))
        }
        return .apply
    }

    /// What a decommission would get now; changes nothing.
    package func admission(ofDecommissionIfGeneration wanted: UInt64?) -> Admission {
        if isDecommissioned { return .already }
        if let wanted, wanted != generation { return .refused(conflict(wanted: wanted)) }
        return .apply
    }

    private func conflict(wanted: UInt64) -> Refusal {
        let present: String
        switch standing {
        case .unborn: present = "unborn"
        case .commissioned(let commission):
            present = "in rack \(commission.rack) of \(commission.dc), generation \(generation)"
        case .decommissioned: present = "decommissioned, generation \(generation)"
        }
        return Refusal(
            .conflict, "server/\(key) is \(present); the command wanted generation \(wanted)",
            address: "server/\(key)", found: present, wanted: "generation \(wanted)",
            hint: "twinctl get server \(key)")
    }

    mutating func commence(
        _ new: Commission, in context: StepContext, effects: inout StepEffects
    ) {
        let old = commission
        if old == nil { begin(in: context) }
        if let old, old.rack != new.rack { formerRacks.append(old.rack) }
        if old?.rack != new.rack {
            formerRacks.removeAll { $0 == new.rack }
            receipted = .none
            isRefused = false
            foldsVersion = .none
            book.apply(nil, hold: foldHold, in: context, effects: &effects)
            book.clear(.notWatched, immediately: true, in: context, effects: &effects)
        }
        standing = .commissioned(new)
        // The expected interval may be another one now: look again at once.
        if presence != .awaiting, presence != .gone { silenceDue = context.elapsed }
        generation = context.version.position.rawValue
        book.labels = new.labels
        book.location = TwinLocation(
            dc: new.dc.description, row: new.labels.value(of: "row"),
            rack: new.rack.description, slot: new.labels.value(of: "slot"))
    }

    /// A fresh start: of a new twin, or of one that was out of watch and may be another machine.
    private mutating func begin(in context: StepContext) {
        var fresh = ServerTwin(
            key: key, ordinal: ordinal, firstIncidentNumber: book.highestNumber)
        fresh.version = version
        fresh.formerRacks = formerRacks
        fresh.commissionedAt = context.wall
        fresh.commissionedElapsed = context.elapsed
        fresh.conditionSince = context.wall
        fresh.silenceDue = context.elapsed + Limits.neverReportedAfter
        self = fresh
    }

    mutating func decommission(in context: StepContext, effects: inout StepEffects) {
        guard let commission else { return }
        book.closeAll(summary: "Taken out of watch.", in: context, effects: &effects)
        formerRacks.append(commission.rack)
        standing = .decommissioned(commission, at: context.elapsed, isForgotten: false)
        trackers = []
        deviations = []
        silenceDue = nil
    }
}

extension [TwinLabel] {
    /// The value of a label by its name; nil = not given.
    package func value(of name: String) -> String? { first { $0.name == name }?.value }
}
