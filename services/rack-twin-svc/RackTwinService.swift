import TwinRuntime

/// Owns shards of rack twins: correlates what their servers report.
@main
enum RackTwinService {
    static func main() async {
        await ServiceCommand<RackService>.launch()
    }
}
