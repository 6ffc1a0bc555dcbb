internal import Foundation
package import Logging
internal import ServiceLifecycle
internal import Synchronization
internal import TwinCore
internal import TwinStore
internal import TwinWire
internal import ZeroMQ

/// One running service of a tier: recovers, then serves until it is told to stop.
package final class InstanceProcess<Tier: TierService>: Service {
    private let wake: WakeSignal
    private let thread: DedicatedThread

    /// Opens the state directory and recovers, on the engine's own thread; returns once that is
    /// done. Throws what is wrong with the directory, its files or the settings.
    package init(_ settings: InstanceSettings, log: Logger) throws {
        let wake = WakeSignal()
        let start = StartReport<Void>()
        thread = DedicatedThread(name: "engine") {
            do {
                try Self.serve(settings, wake: wake, start: start, log: log)
            } catch {
                start.fail(error)
                throw error
            }
        }
        try start.wait()
        self.wake = wake
    }

    package func run() async throws {
        try await withTaskCancellationOrGracefulShutdownHandler {
            try await thread.finished()
        } onCancelOrGracefulShutdown: {
            self.wake.requestStop()
        }
    }

    deinit { wake.requestStop() }

    /// The whole life of the engine. Specialised here, because its callers are in other modules:
    /// generic code would look up every size and function of its twins at run time.
    @specialized(where Tier == ServerService)
    @specialized(where Tier == RackService)
    @specialized(where Tier == DatacenterService)
    private static func serve(
        _ settings: InstanceSettings, wake: WakeSignal, start: StartReport<Void>, log: Logger
    ) throws {
        var engine = try open(settings, wake: wake, log: log)
        start.succeed(())
        do {
            try engine.run()
        } catch {
            log.critical("stopping: \(LastWords.of(error))")
            throw error
        }
    }

    private static func open(
        _ settings: InstanceSettings, wake: WakeSignal, log: Logger
    ) throws -> Engine<Tier> {
        var random = SystemRandomNumberGenerator()
        let tier = Tier.Twin.tier
        let directory = try openDirectory(settings, tier, &random)
        let identity = directory.identity
        let name = try InstanceName(identity.name)
        if let file = settings.nameFile { try write(name, to: file) }
        let courtesy = DiskCourtesy()
        let rows = try RowStore(
            path: directory.paths.rows, tier: tier, cluster: identity.cluster, courtesy: courtesy)
        let meta = try rows.meta()
        let journal = try Journal(
            on: try PosixDisk(directory: directory.paths.journal),
            segmentBytes: UInt64(Limits.journalSegmentBytes), salt: random.next(),
            knownDurable: meta.durable)
        if let torn = journal.openReport.tornTail {
            log.warning("the journal ended in the middle of a record: \(torn.description)")
        }
        var core = InstanceCore<Tier>(
            name: name, softwareVersion: SoftwareVersion.text, processNonce: random.next(),
            identity: MemberIdentity(
                clusterId: identity.cluster, startNumber: identity.startNumber,
                isRestored: identity.restored), running: .zero,
            nextRecord: journal.lastRecord.rawValue + 1)
        core.droppable = settings.droppable
        let inHand = try InHand(path: directory.paths.inHand)
        try countEnd(inHand, of: tier, in: rows, log: log)
        core.quarantine = Quarantine(
            bans: try rows.bans(), count: try rows.quarantinedCount())
        core.inHand = inHand
        try inHand.watch()
        let report = try Recovery.run(
            &core, rows: rows, journal: journal, from: meta.journalFrom, threads: rowThreads)
        for kept in core.quarantine.takeKept() {
            core.quarantine.count = try RowWriter.keep(kept, in: rows)
        }
        log.info(
            "recovered",
            metadata: [
                "instance": .string(name.text), "twins": .stringConvertible(report.twins),
                "shards": .stringConvertible(report.shards),
                "records": .stringConvertible(report.records),
            ])
        let durable = journal.lastRecord.rawValue
        let socket = try connect(settings)
        return Engine(
            core: core, socket: socket, wake: wake,
            commits: CommitThread(journal, wake: wake, courtesy: courtesy),
            rows: RowWriter(rows, wake: wake),
            directory: directory, durableRecord: durable, drainPatience: settings.drainPatience,
            log: log)
    }

    /// Rows are decoded by so many threads at a start: as many as may read them at once.
    private static var rowThreads: Int {
        min(ProcessInfo.processInfo.activeProcessorCount, StoreLimits.rowReadersMax)
    }

    private static func openDirectory(
        _ settings: InstanceSettings, _ tier: TwinCore.Tier,
        _ random: inout SystemRandomNumberGenerator
    ) throws -> StateDirectory {
        switch settings.state {
        case .root(let root):
            let prefix = settings.instance?.text ?? tier.name
            return try StateRoot.open(root, tier: tier) { "\(prefix)-\($0)" }
        case .directory(let path):
            let directory = try StateDirectory(
                opening: path, tier: tier,
                name: settings.instance?.text ?? drawName(tier, &random))
            if let wanted = settings.instance, wanted.text != directory.identity.name {
                throw StartError(
                    .usage,
                    "--instance (or TWIN_INSTANCE): \(path) belongs to "
                        + "\(directory.identity.name), found \(wanted); leave the flag out or "
                        + "give another --state-dir")
            }
            return directory
        }
    }

    private static func write(_ name: InstanceName, to file: String) throws(StartError) {
        do {
            try Data("\(name)\n".utf8).write(to: URL(filePath: file))
        } catch {
            throw StartError(
                .usage, "--name-file (or TWIN_NAME_FILE): \(file) cannot be written: \(error)")
        }
    }

    /// Counts the end of the process before this one against what it had in hand.
    private static func countEnd(
        _ inHand: InHand, of tier: TwinCore.Tier, in rows: RowStore, log: Logger
    ) throws(StoreError) {
        guard let end = inHand.abnormalEnd else { return }
        let twin = end.level == .input ? "\(tier.name)/\(end.name)" : end.name
        let ends = try rows.countEnd(
            twin: twin, digest: InputDigest.text(end.digest), signal: end.signal,
            at: EngineClock.now.wall)
        inHand.clear()
        let isRefused = ends >= StoreLimits.abnormalEndsBeforeBan
        log.error(
            "the process before this one ended with a message in hand",
            metadata: [
                "signal": .string(SignalName.of(end.signal)), "twin": .string(twin),
                "digest": .string(InputDigest.text(end.digest)),
                "ends": .stringConvertible(ends),
                "now": .string(isRefused ? "refused: quarantined" : "tried once more"),
            ])
    }

    private static func connect(_ settings: InstanceSettings) throws -> Socket {
        var options = SocketOptions()
        options.sendQueueMax = Limits.serviceQueueMessages
        options.receiveQueueMax = Limits.serviceQueueMessages
        options.frameBytesMax = Limits.frameBytesMax
        options.framesMax = Limits.framesPerMessageMax
        options.lingerMilliseconds = lastWordsMilliseconds
        // What a broker did not take belongs to nobody after its restart: everything is told anew.
        options.queuesOnlyToConnected = true
        options.reconnectIntervalMaxMilliseconds = reconnectMaxMilliseconds
        var socket = try Socket(.dealer, in: try Context(), options: options)
        try socket.connect(settings.broker)
        return socket
    }

    /// A broker that comes back should not wait for its services.
    private static var reconnectMaxMilliseconds: Int { 1_000 }

    /// So long the last answers, or the refusals of a broken disk, may take to leave.
    private static var lastWordsMilliseconds: Int { 500 }

    private static func drawName(
        _ tier: TwinCore.Tier, _ random: inout SystemRandomNumberGenerator
    ) -> String {
        "\(tier.name)-" + String(UInt32.random(in: .min ... .max, using: &random), radix: 36)
    }
}
