/// When a process that ended is started again, and when it is given up.
///
/// The pause doubles with each end from 0.5 s to 10 s and starts over once the process has run
/// for a minute. Five ends within a minute are a crash loop: nobody repairs it by trying again.
package struct RestartPolicy: Equatable, Sendable {
    package enum Decision: Equatable, Sendable {
        case restart(after: Duration)
        case giveUp
    }

    package static let pauseMin = Duration.milliseconds(500)
    package static let pauseMax = Duration.seconds(10)
    package static let endsMax = 5
    package static let crashLoopWindow = Duration.seconds(60)

    /// When the last ends were, oldest first; at most `endsMax`.
    private var ends: [Duration] = []
    private var nextPause = RestartPolicy.pauseMin

    package init() {}

    /// Notes an end at `now` (any monotonic time) of a process that had run since `start`.
    package mutating func ended(at now: Duration, startedAt start: Duration) -> Decision {
        if now - start >= RestartPolicy.crashLoopWindow { nextPause = RestartPolicy.pauseMin }
        ends.removeAll { now - $0 >= RestartPolicy.crashLoopWindow }
        ends.append(now)
        guard ends.count < RestartPolicy.endsMax else { return .giveUp }
        let pause = nextPause
        nextPause = min(nextPause * 2, RestartPolicy.pauseMax)
        return .restart(after: pause)
    }
}
