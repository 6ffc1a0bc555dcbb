import TwinRuntime

/// Owns shards of data-center twins: keeps the big picture.
@main
enum DatacenterTwinService {
    static func main() async {
        await ServiceCommand<DatacenterService>.launch()
    }
}
