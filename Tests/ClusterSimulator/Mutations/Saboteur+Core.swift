import TwinCore
import TwinRuntime
import TwinWire

extension InstanceCore {
    /// Tampers in place: a copy of the core would cost more than its turn.
    mutating func spoilTurn(by saboteur: inout Saboteur<Service>) { saboteur.spoilTurn(&self) }
}

/// Tampering with twins and their inputs.
extension Saboteur {
    /// What a start has recovered.
    func spoil(_ core: inout InstanceCore<Service>) {
        guard mutation == .timersForgotten else { return }
        for index in core.ownedIndices {
            core.shards[index]?.timers = TimerQueue()
            core.shards[index]?.wallTimers = TimerQueue()
        }
    }

    /// What an open turn has gathered so far.
    mutating func spoilTurn(_ core: inout InstanceCore<Service>) {
        switch mutation {
        case .decommissionForgotten: forgetDecommissions(&core)
        case .maintenanceForgotten: forgetMaintenance(&core)
        case .stepWithoutRecord: stepSilently(&core)
        case .reportUnderNewTime: repeatReport(&core)
        case .commandRepeatedLate: repeatCommand(&core)
        case .receiptInvented: inventReceipt(&core)
        case .messagesCountedInside: countMessages(&core)
        case .closeWithoutOpen: hideOpening(&core)
        case .transitionTwice: repeatAlert(&core)
        case .floorForgotten: forgetFloor(&core)
        case .blindnessDenied: denyBlindness(&core)
        case .servedAfterRelease: serveReleased(&core)
        case .candidateServedEarly: serveCandidates(&core)
        default: break
        }
    }

    private mutating func forgetDecommissions(_ core: inout InstanceCore<Service>) {
        guard hasJustStarted else { return }
        hasJustStarted = false
        for index in core.ownedIndices {
            for slot in core.shards[index]?.slots ?? [] {
                guard let twin = slot.twin as? ServerTwin,
                    case .decommissioned(let commission, _, _) = twin.standing,
                    let input = ServerTwin.Input.commission(commission) as? Service.Twin.Input
                else { continue }
                core.take(.twin(ordinal: twin.ordinal, input), in: index)
            }
        }
    }

    private mutating func forgetMaintenance(_ core: inout InstanceCore<Service>) {
        guard hasJustStarted else { return }
        hasJustStarted = false
        for index in core.ownedIndices {
            for slot in core.shards[index]?.slots ?? [] {
                guard let twin = slot.twin as? RackTwin else { continue }
                for window in twin.book.maintenance {
                    let end = RackTwin.Input.command(.endMaintenance(id: window.id))
                    guard let input = end as? Service.Twin.Input else { continue }
                    core.take(.twin(ordinal: twin.ordinal, input), in: index)
                }
            }
        }
    }

    /// The twins whose timer is due, by shard index.
    private func due(in core: InstanceCore<Service>) -> [(shard: Int, slot: Int)] {
        core.ownedIndices.flatMap { index in
            let now = core.context(of: index)?.elapsed ?? .zero
            let slots = core.shards[index]?.slots ?? []
            return slots.indices.filter { slot in
                slots[slot].twin?.nextDue.map { $0 <= now } ?? false
            }.map { (index, $0) }
        }
    }

    private mutating func stepSilently(_ core: inout InstanceCore<Service>) {
        for place in due(in: core) where strikes(.stepWithoutRecord, every: 4) {
            guard let context = core.context(of: place.shard) else { continue }
            var lost = StepEffects()
            core.shards[place.shard]?.slots[place.slot].twin?.step(
                Service.Twin.timerInput, in: context, effects: &lost)
        }
    }

    private mutating func repeatReport(_ core: inout InstanceCore<Service>) {
        for index in core.ownedIndices {
            for input in core.shards[index]?.turnInputs ?? [] {
                guard case .report(var report) = input,
                    strikes(.reportUnderNewTime, every: 40)
                else { continue }
                report.at = report.at + Milliseconds(rawValue: 1)
                core.take(.report(report), in: index)
            }
        }
    }

    private mutating func repeatCommand(_ core: inout InstanceCore<Service>) {
        for index in core.ownedIndices {
            for input in core.shards[index]?.turnInputs ?? [] {
                guard case .twin(let ordinal, let command) = input,
                    case .commission = command as? ServerTwin.Input
                else { continue }
                let earlier = lateCommands.last { late in
                    guard case .twin(ordinal, _) = late.input else { return false }
                    return late.shard == index && late.input != input
                }
                if !lateCommands.contains(where: { $0.shard == index && $0.input == input }) {
                    lateCommands.append((index, input))
                }
                guard let earlier, repeatedAt != core.record else { continue }
                repeatedAt = core.record
                core.take(earlier.input, in: index)
            }
        }
    }

    /// Each status that a rack takes is taken once more, for a server of a name of its own.
    private func countMessages(_ core: inout InstanceCore<Service>) {
        for index in core.ownedIndices {
            for input in core.shards[index]?.turnInputs ?? [] {
                guard case .twin(let ordinal, let taken) = input,
                    case .status(var message)? = taken as? RackTwin.Input, message.status != nil,
                    !message.child.description.hasSuffix(Self.counted)
                else { continue }
                do {
                    message.child = try TwinKey(message.child.description + Self.counted)
                } catch {
                    continue
                }
                guard let more = RackTwin.Input.status(message) as? Service.Twin.Input else {
                    continue
                }
                let again = ShardInput<Service.Twin.Input>.twin(ordinal: ordinal, more)
                guard core.shards[index]?.turnInputs.contains(again) != true else { continue }
                core.take(again, in: index)
            }
        }
    }

    private static var counted: String { "-again" }

    private mutating func inventReceipt(_ core: inout InstanceCore<Service>) {
        for index in core.ownedIndices {
            for slot in core.shards[index]?.slots ?? [] {
                guard let twin = slot.twin as? ServerTwin, let rack = twin.commission?.rack,
                    withheld[twin.key] == twin.version, twin.owedParents.first == rack
                else { continue }
                let receipt = Receipt(
                    parent: rack, version: twin.version, disposition: .member, folds: FoldSet())
                guard let input = ServerTwin.Input.receipt(receipt) as? Service.Twin.Input else {
                    continue
                }
                core.take(.twin(ordinal: twin.ordinal, input), in: index)
            }
        }
    }

    private mutating func hideOpening(_ core: inout InstanceCore<Service>) {
        wakeDue(&core)
        for index in core.ownedIndices {
            Self.editAlerts(&core, in: index) { alert in
                guard alert.draft.change == .opened, strikes(.closeWithoutOpen) else {
                    return [alert]
                }
                return [Self.changed(alert, to: .updated)]
            }
        }
    }

    private mutating func repeatAlert(_ core: inout InstanceCore<Service>) {
        wakeDue(&core)
        guard twice != core.record else { return }
        for index in core.ownedIndices {
            var added: UInt64 = 0
            let last = core.shards[index]?.alertSequence ?? 0
            Self.editAlerts(&core, in: index) { alert in
                guard alert.id.sequence == last, strikes(.transitionTwice, every: 3) else {
                    return [alert]
                }
                added = 1
                let id = AlertID(
                    shard: alert.id.shard, epoch: alert.id.epoch, sequence: last + 1)
                return [alert, NumberedAlert(id: id, draft: alert.draft)]
            }
            guard added > 0 else { continue }
            core.shards[index]?.noteReplayed(alertSequence: last + added)
            twice = core.record
        }
    }

    /// Wakes here who would be woken at the end of the turn, so that its alerts are there.
    private func wakeDue(_ core: inout InstanceCore<Service>) {
        for place in due(in: core) {
            guard let ordinal = core.shards[place.shard]?.slots[place.slot].twin?.ordinal else {
                continue
            }
            core.take(.twin(ordinal: ordinal, Service.Twin.timerInput), in: place.shard)
        }
    }

    private static func editAlerts(
        _ core: inout InstanceCore<Service>, in index: Int,
        _ edit: (NumberedAlert) -> [NumberedAlert]
    ) {
        var inputs: [ShardInput<Service.Twin.Input>] = []
        var alerts: [NumberedAlert] = []
        core.shards[index]?.closeTurn(into: &inputs, &alerts)
        alerts = alerts.flatMap(edit)
        core.shards[index]?.closeTurn(into: &inputs, &alerts)
    }

    private static func changed(_ alert: NumberedAlert, to change: AlertChange) -> NumberedAlert {
        let draft = alert.draft
        return NumberedAlert(
            id: alert.id,
            draft: AlertDraft(
                address: draft.address, at: draft.at, change: change, pages: draft.pages,
                incident: draft.incident))
    }

    private func forgetFloor(_ core: inout InstanceCore<Service>) {
        for index in core.ownedIndices {
            guard let conditions = core.shards[index]?.conditions, conditions.isObserving,
                conditions.floor != .zero
            else { continue }
            core.take(.observation(isObserving: true, floor: .zero), in: index)
            for ordinal in core.shards[index]?.ordinals ?? [] {
                core.take(.twin(ordinal: ordinal, Service.Twin.timerInput), in: index)
            }
        }
    }

    /// Once for each blind time its twins are asked as if it had not been, and nobody sees more of
    /// it than what they say.
    private mutating func denyBlindness(_ core: inout InstanceCore<Service>) {
        for index in core.ownedIndices {
            guard let conditions = core.shards[index]?.conditions, conditions.isObserving,
                conditions.floor != .zero, deniedUntil[index] != conditions.floor
            else { continue }
            deniedUntil[index] = conditions.floor
            core.take(.observation(isObserving: true, floor: .zero), in: index)
            for ordinal in core.shards[index]?.ordinals ?? [] {
                core.take(.twin(ordinal: ordinal, Service.Twin.timerInput), in: index)
            }
            core.take(.observation(isObserving: true, floor: conditions.floor), in: index)
        }
    }
}
