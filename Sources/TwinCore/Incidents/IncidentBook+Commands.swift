/// What operators ask of a twin's incidents; checked first, carried out after the journal has it.
extension IncidentBook {
    /// What the command would get now; changes nothing.
    package func admission(of command: TwinCommand, in context: StepContext) -> Admission {
        switch command {
        case .setMaintenance(let window): admission(of: window, in: context)
        case .endMaintenance(let id):
            maintenance.contains { $0.id == id } ? .apply : .already
        case .acknowledge(let number, let acknowledgement):
            admission(of: acknowledgement, for: number, in: context)
        case .unacknowledge(let number):
            admission(ofUndoFor: number)
        }
    }

    /// Carries out an admitted command.
    package mutating func carryOut(
        _ command: TwinCommand, in context: StepContext, effects: inout StepEffects
    ) {
        switch command {
        case .setMaintenance(let window):
            let index = maintenance.firstIndex { $0.from > window.from } ?? maintenance.count
            maintenance.insert(window, at: index)
            refreshMaintenance(in: context, effects: &effects)
        case .endMaintenance(let id):
            maintenance.removeAll { $0.id == id }
            refreshMaintenance(in: context, effects: &effects)
        case .acknowledge(let number, let acknowledgement):
            guard let index = incidents.firstIndex(where: { $0.number == number }) else { return }
            incidents[index].acknowledgement = acknowledgement
            record(.acknowledged, at: index, pages: false, in: context, effects: &effects)
        case .unacknowledge(let number):
            guard let index = incidents.firstIndex(where: { $0.number == number }) else { return }
            incidents[index].acknowledgement = nil
            let pages = pagesAfterUnmuting(incidents[index], repeats: false, in: context)
            record(.unacknowledged, at: index, pages: pages, in: context, effects: &effects)
        }
    }

    private func admission(of window: MaintenanceWindow, in context: StepContext) -> Admission {
        if let same = maintenance.first(where: { $0.id == window.id }) {
            guard same != window else { return .already }
            return .refused(
                Refusal(
                    .conflict,
                    "\(address): maintenance \"\(window.id)\" exists with other content: "
                        + "owner \(same.owner), reason \"\(same.reason)\"",
                    address: address.description, found: same.reason, wanted: window.reason,
                    hint: "twinctl maintenance end \(address)"))
        }
        guard window.until > window.from, window.until > context.wall else {
            return .refused(
                Refusal(
                    .invalid, "\(address): maintenance must end after it begins and after now",
                    address: address.description, found: "end \(window.until.milliseconds) ms",
                    wanted: "an end in the future"))
        }
        guard window.until - context.wall <= Limits.maintenanceMax else {
            return .refused(
                Refusal(
                    .invalid, "\(address): maintenance ends within 30 days",
                    address: address.description,
                    found: "\((window.until - context.wall).rawValue / 3_600_000) h",
                    wanted: "at most \(Limits.maintenanceMax.rawValue / 3_600_000) h"))
        }
        guard maintenance.count < Limits.maintenanceWindowsPerTwinMax else {
            return .refused(
                Refusal(
                    .overloaded, "\(address): too many maintenance windows",
                    address: address.description, found: "\(maintenance.count)",
                    wanted: "at most \(Limits.maintenanceWindowsPerTwinMax)",
                    hint: "twinctl maintenance list"))
        }
        return .apply
    }

    private func admission(
        of acknowledgement: Acknowledgement, for number: UInt32, in context: StepContext
    ) -> Admission {
        guard let incident = openIncident(number) else { return .refused(noIncident(number)) }
        guard acknowledgement.until > context.wall else {
            return .refused(
                Refusal(
                    .invalid, "\(address):\(number): an acknowledgement ends after now",
                    address: address.description,
                    found: "end \(acknowledgement.until.milliseconds) ms",
                    wanted: "an end in the future"))
        }
        let present = incident.acknowledgement
        let isSame =
            present?.owner == acknowledgement.owner && present?.comment == acknowledgement.comment
        return isSame ? .already : .apply
    }

    private func admission(ofUndoFor number: UInt32) -> Admission {
        guard let incident = openIncident(number) else { return .refused(noIncident(number)) }
        return incident.acknowledgement == nil ? .already : .apply
    }

    private func openIncident(_ number: UInt32) -> Incident? {
        incidents.first { $0.number == number && $0.phase != .pending }
    }

    private func noIncident(_ number: UInt32) -> Refusal {
        let open = opened.map { "\($0.number)" }.joined(separator: ", ")
        return Refusal(
            .unknownAddress, "\(address):\(number): no such incident is open",
            address: address.description, found: "open here: \(open.isEmpty ? "none" : open)",
            wanted: "the id of an open incident", hint: "twinctl incidents --all")
    }
}
