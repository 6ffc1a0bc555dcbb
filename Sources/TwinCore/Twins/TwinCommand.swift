/// What an operator may ask of any twin that has incidents.
package enum TwinCommand: Equatable, Sendable, Codable {
    /// Plan work: mutes pages until `window.until`. The same id again replaces nothing: same
    /// content is `already`, other content is `conflict`.
    case setMaintenance(MaintenanceWindow)
    case endMaintenance(id: String)
    /// Say that somebody is on incident `number`.
    case acknowledge(number: UInt32, Acknowledgement)
    case unacknowledge(number: UInt32)
}

/// What a twin says to a command before anything is journalled.
package enum Admission: Equatable, Sendable {
    /// Journal it and step.
    case apply
    /// The present state is what the command asks for: answer ok without a step.
    case already
    case refused(Refusal)
}
