package import TwinCore

/// One incident, whole: what is wrong, where, since when, how far it reaches and what to do first.
package struct IncidentDocument: Codable, Equatable, Sendable {
    /// `rack/dc1-r07:1`.
    package var id: String
    package var address: String
    package var kind: String
    /// The cause once it is known; `candidates` until then.
    @Null package var cause: String?
    package var candidates: [CandidateDocument]
    package var severity: Severity
    package var phase: String
    /// How often it came back.
    package var reopened: Int
    package var flapping: Bool
    package var mutedBy: [MuteDocument]
    /// Records with `pages: true` so far.
    package var pages: Int
    /// When the condition began; `openedAt` is when it was told.
    package var since: RFC3339
    @Null package var openedAt: RFC3339?
    package var updatedAt: RFC3339
    @Null package var resolvedAt: RFC3339?
    /// One or two sentences, readable at three in the morning.
    package var summary: String
    package var evidence: [EvidenceDocument]
    /// How many incidents of children it has folded under itself.
    package var children: Int
    package var racksAffected: Int
    package var serversAffected: Int
    package var serversTotal: Int
    package var location: LocationDocument
    package var labels: [String: String]
    /// What to do first.
    package var runbook: String

    package init(
        id: String, address: String, kind: String, cause: String? = nil,
        candidates: [CandidateDocument], severity: Severity, phase: String, reopened: Int,
        flapping: Bool, mutedBy: [MuteDocument], pages: Int, since: RFC3339,
        openedAt: RFC3339? = nil, updatedAt: RFC3339, resolvedAt: RFC3339? = nil, summary: String,
        evidence: [EvidenceDocument], children: Int, racksAffected: Int, serversAffected: Int,
        serversTotal: Int, location: LocationDocument, labels: [String: String], runbook: String
    ) {
        self.id = id
        self.address = address
        self.kind = kind
        self.cause = cause
        self.candidates = candidates
        self.severity = severity
        self.phase = phase
        self.reopened = reopened
        self.flapping = flapping
        self.mutedBy = mutedBy
        self.pages = pages
        self.since = since
        self.openedAt = openedAt
        self.updatedAt = updatedAt
        self.resolvedAt = resolvedAt
        self.summary = summary
        self.evidence = evidence
        self.children = children
        self.racksAffected = racksAffected
        self.serversAffected = serversAffected
        self.serversTotal = serversTotal
        self.location = location
        self.labels = labels
        self.runbook = runbook
    }

    package init(_ snapshot: IncidentSnapshot) {
        let incident = snapshot.incident
        self.init(
            id: snapshot.id.description, address: snapshot.id.address.description,
            kind: incident.kind.rawValue, cause: incident.cause?.rawValue,
            candidates: incident.candidates.map { CandidateDocument($0) },
            severity: incident.severity, phase: incident.phase.rawValue,
            reopened: incident.reopened, flapping: incident.isFlapping,
            mutedBy: snapshot.mutes.map { MuteDocument($0) }, pages: incident.pages,
            since: RFC3339(incident.since), openedAt: RFC3339(incident.openedAt),
            updatedAt: RFC3339(incident.updatedAt), resolvedAt: RFC3339(incident.resolvedAt),
            summary: incident.summary, evidence: incident.evidence.map { EvidenceDocument($0) },
            children: incident.extent.children, racksAffected: incident.extent.racksAffected,
            serversAffected: incident.extent.serversAffected,
            serversTotal: incident.extent.serversTotal,
            location: LocationDocument(snapshot.location),
            labels: Dictionary(labels: snapshot.labels),
            runbook: Runbook.sentence(for: incident.kind))
    }
}

extension IncidentBook {
    /// The open and recovering incidents as documents, in the order of their numbers.
    package var documents: [IncidentDocument] {
        opened.map { IncidentDocument(snapshot($0)) }
    }
}

extension [String: String] {
    /// Labels as a map; of two with one name the first stays.
    package init(labels: [TwinLabel]) {
        self.init(labels.map { ($0.name, $0.value) }) { first, _ in first }
    }
}
