internal import ArgumentParser
internal import Foundation
internal import TwinStore
internal import TwinWire

/// `check`: reads every record and row of a state directory and says what is damaged.
struct CheckCommand<Tier: TierService>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "check",
            abstract: "Verify every journal record and row; also beside a running service.")
    }

    @Argument(help: "The state directory.")
    var directory: String

    func run() throws {
        try Care.run(ServiceCommand<Tier>.name) {
            let report = try StoreCare.check(directory: directory)
            print(Care.text(report, of: directory))
            guard report.isSound else { throw ExitCode(ExitStatus.storageFailed.rawValue) }
        }
    }
}

/// `backup`: one file from which the instance can be restored; the service may run.
struct BackupCommand<Tier: TierService>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "backup", abstract: "Copy the state into one file; the service may run.")
    }

    @Option(help: "The state directory.")
    var stateDir: String

    @Argument(help: "The file to make.")
    var file: String

    func run() throws {
        try Care.run(ServiceCommand<Tier>.name) {
            let report = try StoreCare.backup(directory: stateDir, to: file, at: SystemTime.wall)
            print(
                """
                \(file): \(report.twinCount) twins, \(report.alertCount) alert records, \
                \(report.recordCount) journal records up to record \(report.lastRecord)
                """)
        }
    }
}

/// `restore`: makes an empty directory the state that a backup holds.
struct RestoreCommand<Tier: TierService>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "restore", abstract: "Fill an empty state directory from a backup.")
    }

    @Argument(help: "The backup file.")
    var file: String

    @Option(help: "The directory to fill: empty or not there.")
    var stateDir: String

    func run() throws {
        try Care.run(ServiceCommand<Tier>.name) {
            let report = try StoreCare.restore(file: file, to: stateDir)
            print(
                """
                \(stateDir): instance \(report.identity.name), \(report.twinCount) twins, \
                \(report.alertCount) alert records
                Lost: everything after \(RFC3339(report.at).text) (journal record \
                \(report.lastRecord)). Its shards open at a new epoch.
                """)
        }
    }
}

/// What the care commands share: a sentence on stderr and the exit code for each error.
enum Care {
    /// What a check found, one finding a line.
    static func text(_ report: CheckReport, of directory: String) -> String {
        let findings = report.findings.map { "\($0.weight.rawValue): \($0.sentence)" }
        let verdict = report.isSound ? "sound" : "DAMAGED"
        return (findings + ["\(directory) is \(verdict)"]).joined(separator: "\n")
    }

    static func run(_ command: String, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let exit as ExitCode {
            throw exit
        } catch {
            ServiceRun.say("\(command): \(LastWords.of(error))")
            throw ExitCode(ExitStatus(error).rawValue)
        }
    }
}
