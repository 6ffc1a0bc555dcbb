internal import Msgpack
internal import TwinCore
internal import TwinRuntime
internal import TwinWire

/// A first byte that picks a tier, then a journal record: its values pack and read the same again,
/// and recovery takes it or says why not.
enum JournalRecordCheck {
    static func run(_ bytes: [UInt8]) throws(FuzzFinding) {
        guard let first = bytes.first else { return }
        let record = Array(bytes.dropFirst())
        switch first % 3 {
        case 0: try run(record, core: SmallCluster.running.server)
        case 1: try run(record, core: SmallCluster.running.rack)
        default: try run(record, core: SmallCluster.running.dc)
        }
    }

    private static func run<Service: TierService>(
        _ bytes: [UInt8], core: InstanceCore<Service>
    ) throws(FuzzFinding) {
        try packsAgain(bytes, of: Service.Twin.self)
        var core = core
        do throws(MsgpackError) {
            try Recovery.replay(bytes.span, number: core.record, into: &core)
        } catch {
            return try Expectation.sentence("\(error)")
        }
        Recovery.finish(&core)
        var now = SmallCluster.running.clock
        for _ in 0..<2 {
            _ = Turn.pass(&core, at: now, hearing: [])
            now = TurnClock(
                monotonic: now.monotonic + 1_000, suspendedAware: now.suspendedAware + 1_000,
                wall: now.wall + .seconds(1))
        }
    }

    private static func packsAgain<Twin: JournalledTwin>(
        _ bytes: [UInt8], of twin: Twin.Type
    ) throws(FuzzFinding) {
        let record: JournalRecordValue<Twin>
        do throws(MsgpackError) {
            record = try JournalRecordValue(bytes.span)
        } catch {
            return try Expectation.sentence("\(error)")
        }
        let packed = record.packed
        try Expectation.bounded(packed.count, from: bytes.count)
        let again = try Expectation.again("a record") {
            try JournalRecordValue<Twin>(packed.span).packed
        }
        try Expectation.that(again == packed, "a record came back as another")
    }
}
