import Foundation
import Glibc
import TwinClient

/// `up --detach`: the same `up` in a session of its own; this process shows its progress and
/// returns once the cluster serves.
struct DetachedUp {
    private static let askAgain = Duration.milliseconds(100)

    let executable: String
    let arguments: [String]
    let environment: [String: String]
    let paths: UpPaths

    /// Returns the exit code: 0 when it runs, the other process' own when it ended.
    func run() throws(UpError) -> Int32 {
        do {
            try FileManager.default.createDirectory(
                atPath: paths.logs, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw UpError(.internal, "could not make \(paths.logs): \(error)")
        }
        let log = paths.log(of: "up")
        let output = try LogFile(appendingTo: log)
        var reader = try LogReader(fromEndOf: log)
        let signals = Signals()
        let process = try ChildProcess(
            executable, arguments: arguments, environment: environment, bond: .detached,
            output: output)
        while true {
            if signals.next(within: DetachedUp.askAgain) == .stop { process.send(SIGTERM) }
            let end = process.poll()
            reader.copyNews()
            if let end { return DetachedUp.exitCode(end) }
            if let holder = UpLock.holder(paths), holder.pid == process.pid, holder.isReady {
                reader.copyNews()
                let down = UpText.down(
                    twinctl: executable, paths: paths, environment: environment)
                print("It goes on in the background; `\(down)` stops it. Its output: \(log)")
                return 0
            }
        }
    }

    private static func exitCode(_ end: ProcessEnd) -> Int32 {
        switch end {
        case .exited(let code): code
        case .killed: ExitStatus.internal.rawValue
        }
    }
}
