package import TwinCore

/// What became of the reports of one `send`.
package struct RelayTally: Sendable {
    package var accepted = 0
    package var late = 0
    package var duplicate = 0
    package var tooOld = 0
    /// Refused for good, and forgotten.
    package var refusedCount = 0
    /// The first of them, at most `Limits.reportRefusalsListedMax`.
    package var refused: [(key: TwinKey, refusal: Refusal)] = []
    /// Not taken: they wait for the next `send`.
    package var kept = 0
    /// The last reason why a whole batch was not taken.
    package var failure: ClientError?

    /// Reports that are durable now.
    package var taken: Int { accepted + late + duplicate + tooOld }
}
