package import TwinCore

/// A message that made its twin fail, kept for a person to look at.
package struct QuarantineRow: Sendable, Equatable {
    /// Given at insertion.
    package let id: Int64
    /// Address of the twin.
    package let twin: String
    /// Digest by which the same message is known again.
    package let digest: String
    package let reason: String
    /// The message as it came.
    package let bytes: [UInt8]
    package let at: Timestamp

    package init(
        id: Int64, twin: String, digest: String, reason: String, bytes: [UInt8], at: Timestamp
    ) {
        self.id = id
        self.twin = twin
        self.digest = digest
        self.reason = reason
        self.bytes = bytes
        self.at = at
    }
}
