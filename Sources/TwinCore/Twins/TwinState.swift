/// The contract between a twin and its shard: deterministic, one input at a time.
///
/// A twin reads itself, the input and the context, nothing else; it validates before it mutates
/// and cannot fail afterwards. The shard journals the input, calls `step`, then looks at
/// `nextDue` (the one lazy timer) and at what the twin owes.
package protocol TwinState: Equatable, Sendable {
    associatedtype Input: Sendable, Equatable

    static var tier: Tier { get }
    var key: TwinKey { get }
    /// Given by the shard at birth, stored in the row, never reused in a shard's life.
    var ordinal: UInt32 { get }
    /// The book of the twin's incidents, with its own and inherited maintenance.
    var book: IncidentBook { get }
    /// When the twin wants a `timer` input; nil = never. May be early, never late.
    var nextDue: Elapsed? { get }
    /// True once nothing is left to remember: the shard replaces the row with a tombstone.
    var isRemovable: Bool { get }
    /// The word lists and rows show.
    var statusWord: String { get }

    mutating func step(_ input: Input, in context: StepContext, effects: inout StepEffects)
    /// What an operator's command would get now; changes nothing.
    func admission(of command: TwinCommand, in context: StepContext) -> Admission
    /// The input that carries an admitted command.
    static func input(for command: TwinCommand) -> Input
    /// The input of a due timer.
    static var timerInput: Input { get }
}

extension TwinState {
    /// When the twin wants a `timer` input by the wall clock; nil = never.
    package var nextWallDue: Timestamp? { book.nextWallDue }
}

/// A twin that tells parents its status: servers and racks.
package protocol ChildTwin: TwinState {
    associatedtype Status: Sendable, Equatable

    /// The version of the present status: (epoch, position) of the input that last changed it.
    var version: Version { get }
    /// The parent that should list this child; nil when none should.
    var presentParent: TwinKey? { get }
    /// Parents that have not receipted what they should hold, the present parent first.
    /// Derived from state, never stored.
    var owedParents: [TwinKey] { get }
    /// What `parent` should hold: the whole status, or that the twin is no member (any more).
    func message(for parent: TwinKey) -> ChildMessage<Status>
    /// The input that carries a parent's receipt.
    static func input(for receipt: Receipt) -> Input
    /// True when the receipt would change nothing: it is then not journalled.
    func isSettled(by receipt: Receipt) -> Bool
}

/// One child's word to one parent.
package struct ChildMessage<Status: Sendable & Equatable>: Equatable, Sendable {
    package var child: TwinKey
    package var version: Version
    /// nil: the child is not (or no longer) a member of this parent.
    package var status: Status?

    package init(child: TwinKey, version: Version, status: Status?) {
        self.child = child
        self.version = version
        self.status = status
    }
}

/// A twin that correlates children: racks and data centers.
package protocol ParentTwin: TwinState {
    associatedtype ChildStatus: Sendable, Equatable

    /// True when the message must be journalled and stepped; false for what is already held.
    func isNews(_ message: ChildMessage<ChildStatus>) -> Bool
    /// True when a child that this version is the present one of should tell it: the parent holds
    /// an older one or none, and did not refuse or see off the child since.
    func lacks(_ child: TwinKey, at version: Version) -> Bool
    /// Calls `visit` with each child, its shard and the version held, in key order.
    func forEachChild(_ visit: (TwinKey, UInt16, Version) -> Void)
    /// The input that carries a child's message.
    static func input(for message: ChildMessage<ChildStatus>) -> Input
    /// The input that tells that the set of unheard child shards changed.
    static var childShardsInput: Input { get }
    /// The whole present answer to one child, also one it does not know.
    func receipt(for child: TwinKey) -> Receipt
    /// Children whose last status does not name the present fold set, in key order.
    var owedChildren: [TwinKey] { get }
    /// A twin born by the first status that names it.
    init(
        key: TwinKey, ordinal: UInt32, firstIncidentNumber: UInt32, in context: StepContext)
}

extension ChildMessage: Codable where Status: Codable {}
