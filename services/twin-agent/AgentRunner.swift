internal import HostMetrics
internal import Logging
internal import TwinClient
internal import TwinCore

/// Does what `AgentLoop` says, with this host, this clock and this broker, on one thread.
struct AgentRunner {
    private let settings: AgentSettings
    private let log: Logger
    private let stop: StopFlag
    private var loop: AgentLoop
    private var memory: BootMemory
    private var sampler: HostSampler
    private var problemsTold = 0
    private var random = SystemRandomNumberGenerator()

    init(_ settings: AgentSettings, log: Logger, stop: StopFlag) {
        self.settings = settings
        self.log = log
        self.stop = stop
        memory = BootMemory(directory: settings.stateDirectory, log: log)
        sampler = HostSampler(
            root: HostRoot(path: settings.root), previousBoot: memory.boot, clock: KernelClock())
        loop = AgentLoop(
            interval: settings.interval, nowMilliseconds: ClientTime.monotonicMilliseconds)
    }

    /// Runs until stopped. Throws what a wait cannot cure: a wrong endpoint, a system without
    /// sockets.
    mutating func run() throws {
        let packing = ReportPacking(key: settings.server, interval: settings.interval)
        var link = BrokerLink(endpoint: settings.broker, server: settings.server, stop: stop)
        while !stop.isRequested {
            switch loop.step(nowMilliseconds: ClientTime.monotonicMilliseconds) {
            case .sample: sample()
            case .send(let reports): try link.send(try packing.payload(of: reports))
            case .disconnect: link.disconnect()
            case .rememberBoot: memory.remember(sampler.boot)
            case .tell(let notice): tell(notice)
            case .wait(let limit):
                if link.isBusy {
                    try awaitEnd(on: &link, byMilliseconds: limit)
                } else {
                    stop.wait(untilMilliseconds: limit)
                }
            }
        }
        if loop.waitingCount > 0 {
            log.warning(
                "reports that waited are lost", metadata: ["waiting": "\(loop.waitingCount)"])
        }
    }

    private mutating func sample() {
        let sample = sampler.sample(
            at: ClientTime.wall, monotonicMilliseconds: ClientTime.monotonicMilliseconds)
        loop.sampled(sample, nowMilliseconds: ClientTime.monotonicMilliseconds)
        for problem in sampler.problems.listed.dropFirst(problemsTold) {
            log.warning(
                "a file of this host cannot be understood",
                metadata: ["problem": "\(problem.sentence)"])
        }
        problemsTold = sampler.problems.listed.count
    }

    private mutating func awaitEnd(
        on link: inout BrokerLink, byMilliseconds limit: Int64
    ) throws(ClientError) {
        do throws(ClientError) {
            guard let end = try link.nextEnd(byMilliseconds: limit) else { return }
            loop.ended(
                end, nowMilliseconds: ClientTime.monotonicMilliseconds, using: &random)
        } catch {
            // Only a stop interrupts, and the caller asks for that next.
            guard case .interrupted = error else { throw error }
        }
    }

    private func tell(_ notice: AgentNotice) {
        log.log(
            level: notice.level, notice.message,
            metadata: notice.metadata(server: settings.server))
    }
}
