import Foundation
import Glibc
import Testing
import twinctl

/// Real processes: `/bin/sh` with a line that stands for a service. `.serialized` because each
/// reaps its own children and a busy machine makes the others wait.
@Suite(.serialized)
struct SupervisorTests {
    /// More turns than any of these lines needs.
    private static let turnsMax = 2_000

    private static let environment = ["PATH": "/usr/bin:/bin"]

    private static func child(
        _ name: String, _ line: String, stage: ChildSpec.Stage = .services
    ) -> ChildSpec {
        ChildSpec(name: name, stage: stage, executable: "/bin/sh", arguments: ["-c", line])
    }

    /// Turns a supervisor, its clock going `step` a turn, until `isDone`; returns what it said.
    private static func turn(
        _ supervisor: inout Supervisor, now: inout Duration, step: Duration,
        until isDone: (Supervisor, [String]) -> Bool
    ) throws -> [String] {
        var said: [String] = []
        for _ in 0..<turnsMax where !isDone(supervisor, said) {
            said += try supervisor.turn(at: now)
            now += step
            poll(nil, 0, 2)
        }
        #expect(isDone(supervisor, said), "said: \(said)")
        return said
    }

    @Test("what ends is started again after its pause")
    func restarts() throws {
        let state = try ScratchState()
        var supervisor = Supervisor(
            [Self.child("flaky", "exit 3")], paths: state.paths, environment: Self.environment)
        var now = Duration.zero
        supervisor.begin(.services, at: now)
        let said = try Self.turn(&supervisor, now: &now, step: .milliseconds(50)) { _, said in
            said.filter { $0.contains("started") }.count == 2
        }
        #expect(said.contains("! flaky ended with exit code 3; again in 0.5 s"))
    }

    @Test("a crash loop is given up with a sentence and the end of its log")
    func givesUp() throws {
        let state = try ScratchState()
        var supervisor = Supervisor(
            [Self.child("broken", "echo the disk is on fire; kill -9 $$")], paths: state.paths,
            environment: Self.environment)
        var now = Duration.zero
        supervisor.begin(.services, at: now)
        let said = try Self.turn(&supervisor, now: &now, step: .milliseconds(100)) {
            supervisor, _ in !supervisor.givenUp.isEmpty
        }
        let sentence = said.first { $0.contains("not started again") }
        #expect(sentence?.contains("broken ended 5 times within 60 s") == true)
        #expect(sentence?.contains("signal 9 (Killed)") == true)
        #expect(said.contains("  | the disk is on fire"))
    }

    @Test("refused settings are not tried twice")
    func refusedSettings() throws {
        let state = try ScratchState()
        var supervisor = Supervisor(
            [Self.child("odd", "echo --listen: taken >&2; exit 64")], paths: state.paths,
            environment: Self.environment)
        var now = Duration.zero
        supervisor.begin(.services, at: now)
        let said = try Self.turn(&supervisor, now: &now, step: .milliseconds(1)) {
            supervisor, _ in !supervisor.givenUp.isEmpty
        }
        #expect(said.filter { $0.contains("started (") }.count == 1)
        #expect(said.contains("  | --listen: taken"))
    }

    @Test("stages end in reverse: what feeds first, the broker last")
    func stopsInReverse() throws {
        let state = try ScratchState()
        let stages = [
            ("broker", ChildSpec.Stage.broker), ("server-a", .services), ("agent", .sources),
        ]
        let specs = stages.map { Self.child($0, "exec tail -f /dev/null", stage: $1) }
        var supervisor = Supervisor(specs, paths: state.paths, environment: Self.environment)
        var now = Duration.zero
        for stage in ChildSpec.Stage.allCases { supervisor.begin(stage, at: now) }
        _ = try supervisor.turn(at: now)
        supervisor.stop(at: now)
        let said = try Self.turn(&supervisor, now: &now, step: .milliseconds(1)) { supervisor, _ in
            supervisor.hasEnded
        }
        let end = "stopped with signal 15 (Terminated)"
        #expect(said == ["  agent \(end)", "  server-a \(end)", "  broker \(end)"])
    }

    @Test("what does not end within 20 s is killed")
    func killsTheDeaf() throws {
        let state = try ScratchState()
        let line = "trap '' TERM; echo ready; exec tail -f /dev/null"
        var supervisor = Supervisor(
            [Self.child("deaf", line)], paths: state.paths, environment: Self.environment)
        var now = Duration.zero
        supervisor.begin(.services, at: now)
        _ = try Self.turn(&supervisor, now: &now, step: .milliseconds(1)) { _, _ in
            LogFile.tail(state.paths.log(of: "deaf")) == ["ready"]
        }
        let asked = now
        supervisor.stop(at: now)
        let said = try Self.turn(&supervisor, now: &now, step: .seconds(1)) { supervisor, _ in
            supervisor.hasEnded
        }
        #expect(said == ["  deaf stopped with signal 9 (Killed)"])
        #expect(now - asked >= Supervisor.stopPatience)
    }

    @Test("a program that is not there is an error that names it")
    func missingProgram() throws {
        let state = try ScratchState()
        let output = try LogFile(appendingTo: state.paths.log(of: "none"))
        let error = #expect(throws: UpError.self) {
            _ = try ChildProcess(
                "/no/such", arguments: [], environment: [:], bond: .endsWithParent,
                output: output)
        }
        #expect(error?.description == "could not start /no/such: No such file or directory")
    }
}
