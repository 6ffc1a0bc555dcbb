import TwinWire

/// A part in the handoff of a shard: what can die in its midst.
enum HandoffParty: String, CaseIterable, Sendable {
    case oldOwner = "old owner"
    case newOwner = "new owner"
    case broker

    /// Who plays it in a move.
    func member(in move: StatusDocument.Move) -> Member? {
        switch self {
        case .oldOwner: Member(rawValue: move.from)
        case .newOwner: Member(rawValue: move.to)
        case .broker: .broker
        }
    }
}
