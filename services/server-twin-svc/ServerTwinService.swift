import TwinRuntime

/// Owns shards of server twins: judges metric reports.
@main
enum ServerTwinService {
    static func main() async {
        await ServiceCommand<ServerService>.launch()
    }
}
