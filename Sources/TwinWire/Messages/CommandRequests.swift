package import TwinCore

/// Payload of `Commission`: put a server under watch, change it, or move it.
package struct CommissionRequest: Equatable, Sendable, Codable {
    package var dc: TwinKey
    package var rack: TwinKey
    package var labels: [String: String]?
    package var intervalSeconds: Double?
    /// 0 = the server must not exist; another number = exactly this generation is changed.
    package var ifGeneration: UInt64?

    package init(
        dc: TwinKey, rack: TwinKey, labels: [String: String]? = nil,
        intervalSeconds: Double? = nil, ifGeneration: UInt64? = nil
    ) {
        self.dc = dc
        self.rack = rack
        self.labels = labels
        self.intervalSeconds = intervalSeconds
        self.ifGeneration = ifGeneration
    }

    /// The core's value, checked: label count and bytes, interval range.
    package func commission() throws(Refusal) -> Commission {
        let labels = (labels ?? [:]).map { TwinLabel(name: $0.key, value: $0.value) }
            .sorted { $0.name < $1.name }
        guard labels.count <= Limits.labelsPerServerMax else {
            throw Refusal(
                .tooLarge, "labels: wanted at most \(Limits.labelsPerServerMax), "
                    + "found \(labels.count)")
        }
        for label in labels {
            for text in [label.name, label.value] where text.utf8.count > Limits.labelBytesMax {
                throw Refusal(
                    .tooLarge, "label \(label.name): wanted at most \(Limits.labelBytesMax) bytes, "
                        + "found \(text.utf8.count)")
            }
        }
        return Commission(
            rack: rack, dc: dc, labels: labels,
            interval: try ReportInterval.milliseconds(intervalSeconds, field: "intervalSeconds"))
    }
}

/// The check that every declared reporting interval gets.
package enum ReportInterval {
    /// The interval in milliseconds; nil stays nil; outside 1 s … 1 h is `invalid`.
    package static func milliseconds(
        _ seconds: Double?, field: String
    ) throws(Refusal) -> Milliseconds? {
        guard let seconds else { return nil }
        let range = Limits.intervalMin.seconds...Limits.intervalMax.seconds
        guard range.contains(seconds) else {
            throw Refusal(
                .invalid, "\(field): wanted \(range.lowerBound) to \(range.upperBound) s, "
                    + "found \(seconds)")
        }
        return Milliseconds(rawValue: Int64(seconds * 1000))
    }
}

/// Payload of `Decommission`: take a server out of watch.
package struct DecommissionRequest: Equatable, Sendable, Codable {
    package var ifGeneration: UInt64?

    package init(ifGeneration: UInt64? = nil) { self.ifGeneration = ifGeneration }
}

/// Payload of `SetMaintenance`: mute planned work on one twin; it always ends.
package struct SetMaintenanceRequest: Equatable, Sendable, Codable {
    /// Chosen by the client; the same id with the same content again changes nothing.
    package var id: String
    package var owner: String
    package var reason: String
    /// Milliseconds since 1970; nil = now.
    package var fromMilliseconds: Int64?
    package var untilMilliseconds: Int64

    package init(
        id: String, owner: String, reason: String, fromMilliseconds: Int64? = nil,
        untilMilliseconds: Int64
    ) {
        self.id = id
        self.owner = owner
        self.reason = reason
        self.fromMilliseconds = fromMilliseconds
        self.untilMilliseconds = untilMilliseconds
    }

    /// The core's value, checked for length; `now` stands for an absent begin.
    package func window(now: Timestamp) throws(Refusal) -> MaintenanceWindow {
        for (name, text) in [("id", id), ("owner", owner), ("reason", reason)] {
            try Text.check(text, field: name)
        }
        return MaintenanceWindow(
            id: id, owner: owner, reason: reason,
            from: fromMilliseconds.map(Timestamp.init(milliseconds:)) ?? now,
            until: Timestamp(milliseconds: untilMilliseconds))
    }
}

/// Payload of `EndMaintenance`.
package struct EndMaintenanceRequest: Equatable, Sendable, Codable {
    /// nil = every window of the twin's own that runs or is planned.
    package var id: String?

    package init(id: String? = nil) { self.id = id }
}

/// Payload of `Acknowledge`: say that you are on it.
package struct AcknowledgeRequest: Equatable, Sendable, Codable {
    package var incident: IncidentID
    package var owner: String
    package var comment: String?
    /// nil = 8 h.
    package var forSeconds: Double?

    package init(
        incident: IncidentID, owner: String, comment: String? = nil, forSeconds: Double? = nil
    ) {
        self.incident = incident
        self.owner = owner
        self.comment = comment
        self.forSeconds = forSeconds
    }

    /// The core's value, checked for length and time.
    package func acknowledgement(now: Timestamp) throws(Refusal) -> Acknowledgement {
        try Text.check(owner, field: "owner")
        try Text.check(comment ?? "", field: "comment", mayBeEmpty: true)
        let seconds = forSeconds ?? Limits.acknowledgementDefault.seconds
        guard seconds > 0, seconds <= Limits.maintenanceMax.seconds else {
            throw Refusal(
                .invalid, "forSeconds: wanted 0 to \(Limits.maintenanceMax.seconds), "
                    + "found \(seconds)")
        }
        return Acknowledgement(
            owner: owner, comment: comment ?? "",
            until: now + Milliseconds(rawValue: Int64(seconds * 1000)))
    }
}

/// Payload of `Unacknowledge`.
package struct UnacknowledgeRequest: Equatable, Sendable, Codable {
    package var incident: IncidentID

    package init(incident: IncidentID) { self.incident = incident }
}

/// The check that every free text of an operator gets.
package enum Text {
    /// Refuses an empty or a longer text than `Limits.textBytesMax`, naming the field.
    package static func check(
        _ text: String, field: String, mayBeEmpty: Bool = false
    ) throws(Refusal) {
        guard mayBeEmpty || !text.isEmpty else {
            throw Refusal(.invalid, "\(field): wanted a text, found an empty one")
        }
        guard text.utf8.count <= Limits.textBytesMax else {
            throw Refusal(
                .tooLarge, "\(field): wanted at most \(Limits.textBytesMax) bytes, "
                    + "found \(text.utf8.count)")
        }
    }
}
