/// One try to change a server that several clients fight over: a compare-and-set on its
/// generation. The label names the try, so that a state tells who made it.
struct RegisterWrite: Equatable, Sendable {
    enum Deed: Equatable, Sendable {
        /// To this rack, under this label.
        case commission(rack: String, label: String)
        case decommission
    }

    enum End: Equatable, Sendable {
        /// In force as this generation.
        case ok(generation: UInt64)
        /// Refused before anything was done, or answered by nobody; a conflict is here too,
        /// because an earlier sending of the same try may have won.
        case unknown
    }

    let key: String
    let deed: Deed
    /// Only if the server has this generation.
    let from: UInt64
    let end: End
}

/// What somebody was told of such a server.
struct RegisterRead: Equatable, Sendable {
    let key: String
    let generation: UInt64
    let isOut: Bool
    let rack: String?
    let label: String?
}

/// The history of the contested servers, as the clients saw it.
struct RegisterHistory: Sendable {
    var writes: [RegisterWrite] = []
    var reads: [RegisterRead] = []

    mutating func add(_ other: RegisterHistory) {
        writes += other.writes
        reads += other.reads
    }

    /// The label that names a try.
    static let label = "try"
}
