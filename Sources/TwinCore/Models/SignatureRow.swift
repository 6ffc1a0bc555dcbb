/// One row of the signature table: what many members show when the rack has one trouble.
package struct SignatureRow: Equatable, Sendable {
    package var kind: IncidentKind
    /// Tells rows of one kind apart in the book; nil for the only row of its kind.
    package var subject: String?
    package var severity: Severity
    /// How the trouble is called at the start of the incident's sentence.
    package var title: String
    /// What an affected member shows, for the sentence: `40 of 40 servers …`.
    package var phrase: String
    /// A member is affected when all conditions of any one of these signs hold.
    package var signs: [[SignatureCondition]]
    /// The share of expected members from which on the row speaks, besides `minimum`.
    package var share: Double
    /// The share below which it falls silent again.
    package var leaveShare: Double
    package var minimum: Int
    /// Within what time the members' onsets must lie.
    package var window: Milliseconds
    /// Which members' incidents the rack incident explains.
    package var folds: [IncidentKind]
    /// Evidence that tells causes apart, first match wins; the last one has no condition.
    package var variants: [SignatureVariant]

    package init(
        kind: IncidentKind, subject: String? = nil, severity: Severity = .error, title: String,
        phrase: String, signs: [[SignatureCondition]], share: Double, minimum: Int = 3,
        window: Milliseconds = .minutes(10), folds: [IncidentKind], variants: [SignatureVariant]
    ) {
        self.kind = kind
        self.subject = subject
        self.severity = severity
        self.title = title
        self.phrase = phrase
        self.signs = signs
        self.share = share
        self.leaveShare = share / 2
        self.minimum = minimum
        self.window = window
        self.folds = folds
        self.variants = variants
    }

    /// How many members of `expected` must be alike for the row to speak.
    package func startCount(expected: Int) -> Int {
        max(minimum, SignatureRow.ceiling(share * Double(expected)))
    }

    /// How many members of `expected` keep it speaking.
    package func stayCount(expected: Int) -> Int {
        max(minimum - 1, SignatureRow.ceiling(leaveShare * Double(expected)))
    }

    /// Whether a member with this status shows the row's sign.
    package func isShown(by status: ServerStatus, reference: Digest) -> Bool {
        signs.contains { sign in
            sign.allSatisfy { $0.holds(for: status, reference: reference) }
        }
    }

    package static func ceiling(_ value: Double) -> Int {
        Int(value.rounded(.up))
    }
}

/// One cause of a row, and the evidence for it.
package struct SignatureVariant: Equatable, Sendable {
    /// What affected members show when it is this cause; empty = always.
    package var signs: [[SignatureCondition]]
    /// The share of affected members that must show it.
    package var share: Double
    /// Named as the cause; nil while only candidates are known.
    package var cause: IncidentCause?
    /// Base rates given this evidence, most likely first.
    package var candidates: [CauseCandidate]

    package init(
        signs: [[SignatureCondition]] = [], share: Double = 0, cause: IncidentCause?,
        candidates: [CauseCandidate]
    ) {
        self.signs = signs
        self.share = share
        self.cause = cause
        self.candidates = candidates
    }
}
