import Foundation
import Glibc

/// A running `prometheus-node-exporter` (Debian), ended with its object.
final class NodeExporter {
    static let program = "/usr/bin/prometheus-node-exporter"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private static let startDeadline = Duration.seconds(20)
    private static let pollMilliseconds: CInt = 20

    private let process = Process()
    private let port: UInt16

    /// Starts it over the tree at `root` (`/`: this host) and returns when it answers.
    init(root: String, collectors: [String]) throws {
        port = try LoopbackHTTP.freePort()
        let prefix = root == "/" ? "" : root
        process.executableURL = URL(filePath: Self.program)
        process.arguments =
            [
                "--web.listen-address=127.0.0.1:\(port)", "--collector.disable-defaults",
                "--path.procfs=\(prefix)/proc", "--path.sysfs=\(prefix)/sys",
                "--path.rootfs=\(root)", "--path.udev.data=\(prefix)/run/udev/data",
            ] + collectors.map { "--collector.\($0)" } + ["--no-collector.netdev.netlink"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try waitUntilReady()
    }

    deinit {
        if process.isRunning { process.terminate() }
        process.waitUntilExit()
    }

    /// What it says now.
    func scrape() throws -> PrometheusText {
        guard let text = try LoopbackHTTP.get("/metrics", port: port) else {
            throw LoopbackHTTP.Failure(description: "\(Self.program) does not listen on \(port)")
        }
        return PrometheusText(text)
    }

    private func waitUntilReady() throws {
        let deadline = ContinuousClock.now + Self.startDeadline
        while try LoopbackHTTP.get("/", port: port) == nil {
            guard process.isRunning else {
                throw LoopbackHTTP.Failure(
                    description: "\(Self.program) ended with \(process.terminationStatus)")
            }
            guard ContinuousClock.now < deadline else {
                throw LoopbackHTTP.Failure(description: "\(Self.program) is not ready")
            }
            poll(nil, 0, Self.pollMilliseconds)
        }
    }
}
