import Glibc

/// One process of the plan with its life so far: started, paused between starts, given up.
struct SupervisedChild {
    enum State {
        /// Its stage has not come, or it is being stopped and has ended.
        case idle
        case pausing(until: Duration)
        case running(ChildProcess, since: Duration)
        /// A task that succeeded.
        case done
        case givenUp
    }

    /// What one turn changed, for people to read.
    enum Happening: Equatable, Sendable {
        case started(Int32)
        case done
        case restarting(after: Duration, ProcessEnd)
        case givenUp(ProcessEnd)
        case stopped(ProcessEnd)
    }

    /// EX_USAGE of sysexits.h: the same flags would be refused again.
    static let usageExitCode: Int32 = 64

    let spec: ChildSpec
    private(set) var state = State.idle
    private var policy = RestartPolicy()
    private var isStopping = false
    private let log: String

    init(_ spec: ChildSpec, log: String) {
        self.spec = spec
        self.log = log
    }

    var isRunning: Bool { if case .running = state { true } else { false } }
    var isDone: Bool { if case .done = state { true } else { false } }
    var isGivenUp: Bool { if case .givenUp = state { true } else { false } }

    /// Lets it start at the next turn; without effect once it has.
    mutating func begin(at now: Duration) {
        if case .idle = state, !isStopping { state = .pausing(until: now) }
    }

    /// Looks at the process and starts it when it is time.
    mutating func turn(at now: Duration, environment: [String: String]) throws(UpError)
        -> Happening?
    {
        switch state {
        case .idle, .done, .givenUp:
            return nil
        case .pausing(let until):
            guard now >= until else { return nil }
            let process = try ChildProcess(
                spec.executable, arguments: spec.arguments, environment: environment,
                bond: .endsWithParent, output: LogFile(appendingTo: log))
            state = .running(process, since: now)
            return .started(process.pid)
        case .running(let process, let since):
            guard let end = process.poll() else { return nil }
            return ended(end, at: now, startedAt: since)
        }
    }

    /// Ends it politely and for good.
    mutating func stop() {
        isStopping = true
        switch state {
        case .running(let process, _): process.send(SIGTERM)
        case .pausing: state = .idle
        case .idle, .done, .givenUp: break
        }
    }

    /// Ends it at once.
    func kill() {
        if case .running(let process, _) = state { process.send(SIGKILL) }
    }

    private mutating func ended(
        _ end: ProcessEnd, at now: Duration, startedAt since: Duration
    ) -> Happening {
        if isStopping {
            state = .idle
            return .stopped(end)
        }
        if spec.isTask, end.isSuccess {
            state = .done
            return .done
        }
        if end == .exited(SupervisedChild.usageExitCode) {
            state = .givenUp
            return .givenUp(end)
        }
        switch policy.ended(at: now, startedAt: since) {
        case .restart(let pause):
            state = .pausing(until: now + pause)
            return .restarting(after: pause, end)
        case .giveUp:
            state = .givenUp
            return .givenUp(end)
        }
    }
}
