package import TwinCore

/// One possible cause with its likelihood, 0…1.
package struct CandidateDocument: Codable, Equatable, Sendable {
    package var cause: String
    package var likelihood: Double

    package init(cause: String, likelihood: Double) {
        self.cause = cause
        self.likelihood = likelihood
    }

    package init(_ candidate: CauseCandidate) {
        self.init(cause: candidate.cause.rawValue, likelihood: candidate.likelihood)
    }
}
