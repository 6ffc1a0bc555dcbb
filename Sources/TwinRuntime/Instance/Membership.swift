package import TwinCore

/// Where an instance stands with its broker.
package enum Membership: Equatable, Sendable {
    /// Not registered; the next attempt goes out at this monotonic time.
    case outside(nextAttempt: Int64)
    /// A registration is on its way.
    case asking(requestID: UInt64, sentAt: Int64)
    /// Granted; the start number must be in the identity file before the first beat carries it.
    case storing(RegistrationGrant)
    /// A member; beats go out every second.
    case member
}

/// What the identity file knows that the broker asks for.
package struct MemberIdentity: Equatable, Sendable {
    package var clusterId: String?
    package var startNumber: UInt64
    package var isRestored: Bool

    package init(clusterId: String?, startNumber: UInt64, isRestored: Bool) {
        self.clusterId = clusterId
        self.startNumber = startNumber
        self.isRestored = isRestored
    }
}
