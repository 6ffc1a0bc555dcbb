/// The answer to `quarantine show`: one quarantined input with its bytes.
package struct QuarantinedDocument: AnswerDocument {
    package var version: Int = DocumentFormat.version
    package var id: String
    package var at: RFC3339
    package var twin: String
    /// `message`, `journalled` or `own`.
    package var form: String
    /// Where the message went; of a journalled input its shard.
    package var destination: String
    @Null package var type: String?
    /// 16 hexadecimal digits by which the same input is known again.
    package var digest: String
    package var reason: String
    package var payloadBytes: Int
    /// The first bytes of the payload, at most `Limits.quarantinedBytesShownMax`; hexadecimal in
    /// JSON.
    package var payload: [UInt8]
    /// True when `payload` is all of it.
    package var isWhole: Bool

    package init(
        id: String, at: RFC3339, twin: String, form: String, destination: String, type: String?,
        digest: String, reason: String, payloadBytes: Int, payload: [UInt8], isWhole: Bool
    ) {
        self.id = id
        self.at = at
        self.twin = twin
        self.form = form
        self.destination = destination
        self.type = type
        self.digest = digest
        self.reason = reason
        self.payloadBytes = payloadBytes
        self.payload = payload
        self.isWhole = isWhole
    }
}
