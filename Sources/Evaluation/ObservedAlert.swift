package import TwinCore

/// One incident as the alert log told it: what is scored against truth.
///
/// Folded incidents, which never reach anybody, are left out by whoever builds the list.
package struct ObservedAlert: Equatable, Sendable {
    package var address: TwinAddress
    package var kind: IncidentKind
    /// The last cause it named.
    package var cause: IncidentCause?
    package var openedAt: Timestamp
    package var resolvedAt: Timestamp?
    /// True when any of its records paged.
    package var pages: Bool

    package init(
        address: TwinAddress, kind: IncidentKind, cause: IncidentCause? = nil,
        openedAt: Timestamp, resolvedAt: Timestamp? = nil, pages: Bool
    ) {
        self.address = address
        self.kind = kind
        self.cause = cause
        self.openedAt = openedAt
        self.resolvedAt = resolvedAt
        self.pages = pages
    }
}
