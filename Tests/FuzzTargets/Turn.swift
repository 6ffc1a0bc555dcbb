internal import TwinCore
internal import TwinRuntime
internal import TwinStore

/// One pass of an instance's core over messages, as the engine makes it, with a disk and rows that
/// never fail.
struct Turn {
    let urgent: [[[UInt8]]]
    let closed: ClosedTurn?

    static func pass<Service: TierService>(
        _ core: inout InstanceCore<Service>, at clock: TurnClock, hearing messages: [[[UInt8]]]
    ) -> Turn {
        core.pulse(at: clock.monotonic, oldestTurnMilliseconds: 0)
        core.begin(clock)
        for message in messages { core.receive(message.count) { message[$0] } }
        core.drained(stoppedAtLimit: false)
        if core.identityToStore != nil { core.identityStored() }
        let urgent = core.takeUrgent()
        let closed = core.close(durableRecord: core.record - 1, journalBytes: 0)
        if closed?.slice != nil { core.sliceSaved() }
        return Turn(urgent: urgent, closed: closed)
    }
}
