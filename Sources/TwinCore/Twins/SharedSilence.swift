/// A silence over many racks, as the data center tells each rack that has a part in it.
///
/// A rack with one or two servers of a dead relay cannot tell an outage by itself. By this word it
/// folds those servers under the data center's incident.
package struct SharedSilence: Equatable, Sendable, Codable {
    /// The data center's incident; what is folded stays so while it is listed.
    package let parent: IncidentID
    /// What the silent servers have in common; nil for both = any server of the rack.
    package let relay: String?
    package let agentVersion: String?
    /// The earliest onset over all racks, by the wall clock of the servers' owners.
    package let since: Timestamp
    /// It goes on in this rack. False = only what is folded already stays folded.
    package let isBurning: Bool

    package init(
        parent: IncidentID, relay: String? = nil, agentVersion: String? = nil, since: Timestamp,
        isBurning: Bool
    ) {
        self.parent = parent
        self.relay = relay
        self.agentVersion = agentVersion
        self.since = since
        self.isBurning = isBurning
    }

    /// Whether the member is one of those that it takes.
    package func names(_ member: RackMember) -> Bool {
        (relay == nil || relay == member.status.relay)
            && (agentVersion == nil || agentVersion == member.status.agentVersion)
    }
}
