import TwinClient
import TwinCore
import TwinWire

/// What `commission --file` and `decommission` did.
///
/// As JSON: `{version, ok, changed, unchanged, decommissioned, refused}`, `refused` being an array
/// of `{address, code, message}`.
struct BulkSummary: AnswerDocument {
    struct Refused: Codable, Equatable, Sendable {
        var address: String
        var code: String
        var message: String
    }

    var version = DocumentFormat.version
    var ok = true
    var changed = 0
    var unchanged = 0
    var decommissioned = 0
    var refused: [Refused] = []

    mutating func refuse(_ address: TwinAddress, _ error: ClientError) {
        ok = false
        let content = error.document.error
        refused.append(
            Refused(address: "\(address)", code: content.code, message: content.message))
    }
}
