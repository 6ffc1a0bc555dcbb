import ArgumentParser

/// Load on a running cluster, over its real sockets: the numbers of the README.
///
/// `compose/bench` starts clusters and runs every measurement several times. Every report counts
/// only once its `ok` is here, which is when it is durable.
@main
struct TwinBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "twin-bench", abstract: "Measure a running cluster",
        subcommands: [
            PackedCommand.self, LatencyCommand.self, EngineCommand.self, WriteBehindCommand.self,
            MoveCommand.self, SingleCommand.self, TransportCommand.self, RecoveryCommand.self,
            DiskCommand.self, MemoryCommand.self, ReplayCommand.self, StormCommand.self,
            AlertsCommand.self, AllocationsCommand.self, TurnsCommand.self,
        ])
}
