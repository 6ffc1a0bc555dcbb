package import TwinCore
package import TwinWire

/// What differs between the three services: which messages they take and what they answer.
///
/// All state is in the core; a service is a set of functions over it.
package protocol TierService: SendableMetatype {
    associatedtype Twin: JournalledTwin

    /// Answers a message that is particular to this tier; the common ones never get here.
    static func handle(
        _ request: Request, payload: Span<UInt8>, core: inout InstanceCore<Self>)
        throws(Refusal)
    /// A reply to a request of ours, or an event of a peer.
    static func hear(
        _ envelope: Envelope, payload: Span<UInt8>, core: inout InstanceCore<Self>)
        throws(Refusal)
    /// Queues what a twin owes after a step.
    static func settle(shard: Int, slot: Int, core: inout InstanceCore<Self>)
    /// Queues what the twins of one shard owe, when it came from another instance.
    static func opened(shard: Int, core: inout InstanceCore<Self>)
    /// Queues what all twins owe, after recovery.
    static func recovered(core: inout InstanceCore<Self>)
    /// Once a turn: sends owed batches, refreshes what the beat told.
    static func tick(core: inout InstanceCore<Self>)
    /// The broker's answer to a beat told which shards below are unheard.
    static func beatAnswered(_ reply: BeatReply, core: inout InstanceCore<Self>)
    /// One line of `list`.
    static func item(of twin: Twin) -> ListDocument.Item
    /// Whether a list filter keeps this twin.
    static func matches(_ twin: Twin, _ filter: ListRequest) -> Bool
    /// The data centers here whose picture is old, for lists; none in the tiers below.
    static func stalePictures(core: InstanceCore<Self>) -> [StalenessDocument]
    /// The generation of a commissioned twin, for its row; 0 where there is none.
    static func generation(of twin: Twin) -> UInt64
    /// Reads what a report to the twin in a slot will read, and changes nothing.
    static func glance(at slot: Int, in shard: Int, core: inout InstanceCore<Self>)
    /// Steps a journalled report at the twin in `slot`, if that is its twin still and it is like
    /// most; false, and nothing changed, when it must be looked at closer.
    static func replayUsual(
        _ report: ReportInput, slot: Int, as place: ReplayedPlace, arena: [Float],
        core: inout InstanceCore<Self>
    ) -> Bool
}

extension TierService {
    package static func stalePictures(core: InstanceCore<Self>) -> [StalenessDocument] { [] }

    package static func glance(at slot: Int, in shard: Int, core: inout InstanceCore<Self>) {}

    package static func replayUsual(
        _ report: ReportInput, slot: Int, as place: ReplayedPlace, arena: [Float],
        core: inout InstanceCore<Self>
    ) -> Bool { false }
}
