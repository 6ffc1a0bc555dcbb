import HostMetrics
import Testing
import TwinCore

@Suite("collectd's names")
struct CollectdNamesTests {
    @Test("All 49 values of the published original map, each to a name of its own")
    func everyField() throws {
        let fields = CollectdNames.fields
        #expect(fields.count == 49)
        let metrics = try fields.map { try #require(CollectdNames.metric(for: $0), "\($0)").metric }
        #expect(Set(metrics).count == fields.count)
        #expect(metrics.allSatisfy { $0.utf8.count <= Limits.metricNameBytesMax })
    }

    @Test(
        "collectd's identifiers map with their units",
        arguments: [
            ("cpu-0/cpu-idle", 85, "system.cpu.utilization", 0.15),
            ("cpu-7/percent-wait", 12, "system.cpu.iowait", 0.12),
            ("interface-eth0/if_dropped/rx", 7, "system.network.dropped.receive", 7),
            ("interface-eth0/if_octets/tx", 1e9, "system.network.io.transmit", 1e9),
            ("memory/memory-slab_recl", 4_096, "system.memory.usage.slab_reclaimable", 4_096),
            ("disk-nvme0n1/disk_io_time/io_time", 250, "system.disk.utilization", 0.25),
            ("disk-sda/disk_time/read", 12, "system.disk.latency.read", 0.012),
            ("processes/ps_state-zombies", 3, "system.processes.count.zombies", 3),
            ("intel_rdt-0-15/memory_bandwidth-remote", 5e9, "hw.memory.bandwidth.remote", 5e9),
            ("mcelog-SOCKET_0/errors-corrected_memory_errors", 1, "hw.memory.errors.corrected", 1),
            ("ipmi/voltage-VIN_PSU1", 230, "hw.voltage", 230),
            ("ipmi_watts_input_power", 400, "hw.power", 400),
        ])
    func identifiers(name: String, value: Double, metric: String, converted: Double) throws {
        let mapping = try #require(CollectdNames.metric(for: name))
        #expect(mapping.metric == metric)
        #expect(abs(mapping.converted(value) - converted) <= 1e-12 * abs(converted))
    }

    @Test(
        "Names that collectd does not have map to nothing",
        arguments: [
            "", "/", "cpu", "cpu-0", "cpu-0/", "cpu-0/cpu-unheard", "interface-eth0/if_dropped/up",
        ])
    func unknown(name: String) {
        #expect(CollectdNames.metric(for: name) == nil)
    }

    @Test("A report gains the ratios that our limits are for, and lists what nobody knows")
    func report() {
        let report = CollectdReport([
            ("interface_if_dropped_in", 30), ("interface_if_dropped_out", 10),
            ("interface_if_packets_in", 1_500), ("interface_if_packets_out", 500),
            ("memory_memory_used", 3), ("memory_memory_total", 4), ("users", 1),
        ])
        let values = Dictionary(uniqueKeysWithValues: report.metrics.map { ($0.name, $0.value) })
        #expect(values["system.network.dropped"] == 0.02)
        #expect(values["system.memory.utilization"] == 0.75)
        #expect(values["system.network.errors"] == nil)
        #expect(report.unknown == ["users"])
    }
}
