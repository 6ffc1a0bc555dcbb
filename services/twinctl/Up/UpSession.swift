import Foundation
import Glibc
import TwinClient

/// One run of `twinctl up`, from the lock on the state directory to the last process' end.
struct UpSession {
    private enum Phase {
        /// Broker and services come up.
        case starting
        /// This host is being put under watch.
        case settingUp
        case running
        case stopping(exitCode: Int32)
    }

    /// The longest a turn waits for a signal: how late an end is noticed.
    private static let turnPatience = Duration.milliseconds(100)
    private static let exitCodeAfterSignal: Int32 = 0

    private let plan: UpPlan
    private let paths: UpPaths
    private let twinctl: String
    private let down: String
    private let isNewCluster: Bool
    private let screen: Screen
    private let watch: ClusterWatch
    private let clockStart = ContinuousClock.now
    private var supervisor: Supervisor
    private var phase = Phase.starting

    /// Checks everything that can be checked before a process is started.
    ///
    /// - Parameter twinctl: how this program was called.
    init(
        _ options: UpOptions, environment: [String: String], executables: String, twinctl: String,
        host: String, screen: Screen
    ) throws(UpError) {
        paths = UpPaths(options.stateDirectory)
        isNewCluster = !FileManager.default.fileExists(atPath: paths.birthMark)
        plan = UpPlan(
            options, paths: paths, executables: executables, host: host,
            isNewCluster: isNewCluster)
        self.twinctl = UpSession.shortest(twinctl)
        down = UpText.down(twinctl: self.twinctl, paths: paths, environment: environment)
        self.screen = screen
        watch = ClusterWatch(
            endpoint: options.clientEndpoint, screen: screen, environment: environment)
        supervisor = Supervisor(plan.children, paths: paths, environment: environment)
        try UpSession.checkExecutables(plan)
        try UpSession.checkInstances(options, paths)
    }

    /// Runs until somebody wants it to stop or it cannot go on; returns the exit code.
    mutating func run() throws(UpError) -> Int32 {
        try UpSession.makeDirectories(paths)
        let lock = try UpLock(paths)
        try PortCheck.requireFree(plan.options)
        let signals = Signals()
        screen.say(UpText.intention(plan, paths: paths, isNewCluster: isNewCluster))
        supervisor.begin(.broker, at: now)
        supervisor.begin(.services, at: now)
        watch.startAskingForStatus()
        while true {
            let event = signals.next(within: UpSession.turnPatience)
            if event == .stop { stopOrKill() }
            for sentence in try supervisor.turn(at: now) { screen.say(sentence) }
            if let exitCode = try advance(lock) {
                screen.close()
                return exitCode
            }
        }
    }

    private var now: Duration { clockStart.duration(to: .now) }

    /// Moves to the next phase when it is time; returns the exit code at the end.
    private mutating func advance(_ lock: borrowing UpLock) throws(UpError) -> Int32? {
        switch phase {
        case .starting:
            let missing = ClusterReadiness.missing(watch.status, instances: plan.instances)
            if let missing {
                screen.show(.starting(missing))
                failIfGivenUp()
                return nil
            }
            try UpSession.markBorn(paths)
            supervisor.begin(.setUp, at: now)
            phase = .settingUp
        case .settingUp:
            guard supervisor.isSettled(.setUp) else { return nil }
            supervisor.begin(.sources, at: now)
            watch.startFollowingAlerts()
            screen.say(UpText.ready(plan, paths: paths, twinctl: twinctl, down: down) + "\n")
            try lock.noteReady()
            phase = .running
        case .running:
            if let status = watch.status {
                screen.show(LiveLine(status, givenUp: supervisor.givenUp))
            }
        case .stopping(let exitCode):
            return supervisor.hasEnded ? exitCode : nil
        }
        return nil
    }

    /// A cluster that never became ready is not left half alive.
    private mutating func failIfGivenUp() {
        guard !supervisor.givenUp.isEmpty else { return }
        screen.say("The cluster did not come up; stopping what runs.")
        beginStopping(exitCode: ExitStatus.unavailable.rawValue)
    }

    private mutating func stopOrKill() {
        if case .stopping = phase {
            screen.say("Killing what still runs.")
            supervisor.killAll()
        } else {
            screen.say("Stopping; a second Ctrl-C kills.")
            beginStopping(exitCode: UpSession.exitCodeAfterSignal)
        }
    }

    private mutating func beginStopping(exitCode: Int32) {
        watch.stop()
        screen.close()
        supervisor.stop(at: now)
        phase = .stopping(exitCode: exitCode)
    }

    // MARK: checks

    private static func checkExecutables(_ plan: UpPlan) throws(UpError) {
        let missing = Set(plan.children.map(\.executable)).sorted()
            .filter { unsafe access($0, X_OK) != 0 }
        guard missing.isEmpty else {
            throw UpError(
                .internal,
                "beside twinctl are missing: \(missing.joined(separator: ", ")); build all of "
                    + "them with `swift build -c release`, or start with compose/up")
        }
    }

    /// Shards stay with the instances that own them: none of these may be left out.
    static func checkInstances(_ options: UpOptions, _ paths: UpPaths) throws(UpError) {
        let counts = [("server", options.serverInstances), ("rack", options.rackInstances)]
        let placement = try StoredPlacement(paths)
        for (tier, count) in counts {
            // Without a placement whoever ran here may own shards.
            let owners = paths.instances(of: tier, from: count).filter {
                placement == nil || placement?.shardCounts[$0] != nil
            }
            guard let last = owners.last else { continue }
            let lost = owners.map { name in
                let shards = placement?.shardCounts[name].map { " with its \($0) shards" }
                return name + (shards ?? ", which may own shards")
            }
            throw UpError(
                .usage,
                "--\(tier)-instances: \(count) would leave out \(lost.joined(separator: ", ")), "
                    + "and nobody else can serve them; run all, and empty what is to go with "
                    + "`twinctl drain \(last)`")
        }
    }

    private static func makeDirectories(_ paths: UpPaths) throws(UpError) {
        do {
            try FileManager.default.createDirectory(
                atPath: paths.logs, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw UpError(.internal, "could not make \(paths.logs): \(error)")
        }
    }

    private static func markBorn(_ paths: UpPaths) throws(UpError) {
        guard !FileManager.default.fileExists(atPath: paths.birthMark) else { return }
        let text = "The shards of this cluster have been given out; see broker/placement.json.\n"
        do {
            try Data(text.utf8).write(to: URL(filePath: paths.birthMark), options: .atomic)
        } catch {
            throw UpError(.internal, "could not write \(paths.birthMark): \(error)")
        }
    }

    /// A path as a person would type it here.
    private static func shortest(_ path: String) -> String {
        let here = FileManager.default.currentDirectoryPath + "/"
        return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
    }
}
