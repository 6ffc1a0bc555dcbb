/// What many racks share: one data-center incident that has been seen and is not over.
package struct DatacenterTrouble: Equatable, Sendable, Codable {
    /// The rack conditions that are correlated with one another.
    package enum Family: String, Sendable, Codable, CaseIterable {
        case silence, network, power, cooling

        /// The rack incident that makes a rack one of this family.
        package var kind: IncidentKind {
            switch self {
            case .silence: .rackUnreachable
            case .network: .rackNetworkDegraded
            case .power: .rackPowerDegraded
            case .cooling: .rackCooling
            }
        }
    }

    /// What the racks have in common.
    package enum Ground: Equatable, Sendable, Codable {
        /// They carry this value of a topology label.
        case label(name: String, value: String)
        case relay(String)
        case agentVersion(String)
        case nothing

        /// The book's subject: two grounds are two incidents.
        package var subject: String? {
            switch self {
            case .label(let name, let value): "\(name)=\(value)"
            case .relay(let name): "relay=\(name)"
            case .agentVersion(let name): "agent=\(name)"
            case .nothing: nil
            }
        }
    }

    package var family: Family
    package var ground: Ground
    package var cause: IncidentCause?
    package var candidates: [CauseCandidate]
    package var onset: CorrelationOnset
    /// Racks that have been part of it, sorted; they stay when they recover.
    package var racks: [TwinKey]

    package init(
        family: Family, ground: Ground, cause: IncidentCause?, candidates: [CauseCandidate],
        onset: CorrelationOnset, racks: [TwinKey]
    ) {
        self.family = family
        self.ground = ground
        self.cause = cause
        self.candidates = candidates
        self.onset = onset
        self.racks = racks
    }

    package var kind: IncidentKind {
        switch (family, ground) {
        case (.silence, .label): .sharedOutage
        case (.silence, .relay), (.silence, .agentVersion): .collectorFault
        case (.silence, .nothing): .unknownCommonCause
        case (.network, _), (.power, _), (.cooling, _): .sharedDegradation
        }
    }

    /// The book's subject. Degradations of several families on one ground are apart.
    package var subject: String? {
        switch family {
        case .silence: ground.subject
        case .network, .power, .cooling:
            "\(family.rawValue) \(ground.subject ?? "")"
        }
    }

    package var severity: Severity { family == .silence ? .critical : .error }

    /// Takes a newer look at the same trouble: all racks that were ever part of it stay.
    /// - Parameter replacing: nobody has heard of the old one yet, so the new view is the view.
    package mutating func join(_ newer: DatacenterTrouble, replacing: Bool) {
        if replacing {
            self = newer
            return
        }
        racks = Set(racks).union(newer.racks).sorted()
    }
}
