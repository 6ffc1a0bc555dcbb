package import TwinCore

/// The answer to `ReportBatch`: every entry that is not listed as refused is durable.
package struct ReportBatchReply: AnswerDocument {
    /// Neighbouring entries that were refused for the same reason.
    package struct RefusedRange: Codable, Equatable, Sendable {
        /// Entry numbers from 0, both inclusive.
        package var first: Int
        package var last: Int
        package var code: Refusal.Code
        package var message: String

        package init(first: Int, last: Int, code: Refusal.Code, message: String) {
            self.first = first
            self.last = last
            self.code = code
            self.message = message
        }
    }

    package var version: Int = DocumentFormat.version
    /// True when every entry was taken.
    package var ok: Bool
    package var accepted: Int
    package var late: Int
    package var duplicate: Int
    package var tooOld: Int
    /// Ascending; at most `Limits.reportRefusalsListedMax`. When `refusedCount` is larger than what
    /// they cover, the others stand after the last of them.
    package var refused: [RefusedRange]
    package var refusedCount: Int

    package init() {
        ok = true
        accepted = 0
        late = 0
        duplicate = 0
        tooOld = 0
        refused = []
        refusedCount = 0
    }

    /// Counts one entry that was taken.
    package mutating func take(_ outcome: ReportOutcome) {
        switch outcome {
        case .accepted: accepted += 1
        case .late: late += 1
        case .duplicate: duplicate += 1
        case .tooOld: tooOld += 1
        }
    }

    /// Counts one entry that was refused; entries come in ascending order.
    package mutating func refuse(_ entry: Int, _ refusal: Refusal) {
        refuse(entries: entry...entry, refusal)
    }

    /// Counts neighbouring entries that were refused for one reason.
    package mutating func refuse(entries: ClosedRange<Int>, _ refusal: Refusal) {
        ok = false
        refusedCount += entries.count
        let last = refused.indices.last
        if let last, refused[last].last == entries.lowerBound - 1,
            refused[last].code == refusal.code, refused[last].message == refusal.message
        {
            refused[last].last = entries.upperBound
        } else if refused.count < Limits.reportRefusalsListedMax {
            refused.append(
                RefusedRange(
                    first: entries.lowerBound, last: entries.upperBound, code: refusal.code,
                    message: refusal.message))
        }
    }

    /// The first entry of which this answer does not say whether it was taken; nil = it says all.
    package var firstUnlisted: Int? {
        let listed = refused.reduce(0) { $0 + ($1.last - $1.first + 1) }
        guard listed < refusedCount, let last = refused.last else { return nil }
        return last.last + 1
    }
}
