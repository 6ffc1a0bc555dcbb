import Foundation

/// Keeps the processes of a plan running, stage by stage, and ends them in reverse.
///
/// One thread, a turn at a time: nothing here waits. Children are told to stop when the thread
/// that turns the supervisor ends.
package struct Supervisor {
    /// How long a stage may take to end before it is killed.
    package static let stopPatience = Duration.seconds(20)

    private var children: [SupervisedChild]
    private var stopping: (stage: ChildSpec.Stage, killAt: Duration)?
    private var isStopping = false
    private let environment: [String: String]
    private let paths: UpPaths

    package init(_ specs: [ChildSpec], paths: UpPaths, environment: [String: String]) {
        children = specs.map { SupervisedChild($0, log: paths.log(of: $0.name)) }
        self.environment = environment
        self.paths = paths
    }

    /// Lets the processes of `stage` start.
    package mutating func begin(_ stage: ChildSpec.Stage, at now: Duration) {
        for index in children.indices where children[index].spec.stage == stage {
            children[index].begin(at: now)
        }
    }

    /// Looks at every process once; returns what changed, as sentences.
    package mutating func turn(at now: Duration) throws(UpError) -> [String] {
        var sentences: [String] = []
        for index in children.indices {
            let happening = try children[index].turn(at: now, environment: environment)
            if let happening { sentences += text(happening, of: children[index].spec) }
        }
        if isStopping { continueStopping(at: now) }
        return sentences
    }

    /// Begins to end everything: what feeds first, the broker last.
    package mutating func stop(at now: Duration) {
        isStopping = true
        continueStopping(at: now)
    }

    /// Ends everything now.
    package func killAll() {
        for child in children { child.kill() }
    }

    package var hasEnded: Bool { !children.contains { $0.isRunning } }

    /// Names of processes that are not tried again, tasks left out.
    package var givenUp: [String] {
        children.filter { $0.isGivenUp && !$0.spec.isTask }.map(\.spec.name)
    }

    /// Whether every task of the stage has succeeded or been given up.
    package func isSettled(_ stage: ChildSpec.Stage) -> Bool {
        children.allSatisfy { $0.spec.stage != stage || $0.isDone || $0.isGivenUp }
    }

    private mutating func continueStopping(at now: Duration) {
        for index in children.indices where !children[index].isRunning { children[index].stop() }
        guard let stage = children.filter(\.isRunning).map(\.spec.stage).max() else {
            stopping = nil
            return
        }
        if let stopping, stopping.stage == stage {
            guard now >= stopping.killAt else { return }
            for child in children where child.spec.stage == stage { child.kill() }
        } else {
            stopping = (stage, now + Supervisor.stopPatience)
            for index in children.indices where children[index].spec.stage == stage {
                children[index].stop()
            }
        }
    }

    private func text(_ happening: SupervisedChild.Happening, of spec: ChildSpec) -> [String] {
        switch happening {
        case .started(let pid) where !spec.isTask: ["  \(spec.name) started (process \(pid))"]
        case .started, .done: []
        case .stopped(.exited(0)): ["  \(spec.name) stopped"]
        case .stopped(let end): ["  \(spec.name) stopped with \(end)"]
        case .restarting(let pause, let end):
            ["! \(spec.name) ended with \(end); again in \(UpText.seconds(pause))"]
        case .givenUp(let end): UpText.givenUp(spec.name, end, log: paths.log(of: spec.name))
        }
    }
}
