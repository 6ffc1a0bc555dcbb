/// The names under which collectd, and the published original with it, reports a server's values.
///
/// The original is the Stateful Functions data-center demo
/// (github.com/igalshilman/iot-statefun-blogpost, `ServerMetricReport`): 49 numbers named
/// `plugin_type_instance`. Both those names and collectd's own identifiers,
/// `plugin[-instance]/type[-instance][/source]` (collectd-exec(5)), are known; instances of plugins
/// (cpu-0, disk-sda) are left out, for they name devices. Counters are expected as collectd sends
/// them: as rates per second.
package enum CollectdNames {
    /// One row: the original's field, collectd's identifier (nil: only the original has it), our
    /// name.
    private struct Row {
        let field: String
        let identifier: String?
        let mapping: CollectdMapping

        init(
            _ field: String, _ identifier: String?, _ metric: String,
            _ transformation: CollectdMapping.Transformation = .same
        ) {
            self.field = field
            self.identifier = identifier
            mapping = CollectdMapping(metric: metric, transformation: transformation)
        }
    }

    /// The original's fields in its order.
    package static var fields: [String] { rows.map(\.field) }

    /// What `name` maps to, nil if it is not known. Identifiers are looked up from the most to the
    /// least specific: `ipmi/voltage-VIN_PSU1` is found as `ipmi/voltage`.
    package static func metric(for name: String) -> CollectdMapping? {
        if let mapping = byName[name] { return mapping }
        let parts = name.split(separator: "/", maxSplits: 2)
        guard parts.count >= 2 else { return nil }
        let plugin = parts[0].prefix { $0 != "-" }
        let kind = parts[1].prefix { $0 != "-" }
        let source = parts.count > 2 ? "/\(parts[2])" : ""
        let candidates = [
            "\(plugin)/\(parts[1])\(source)", "\(plugin)/\(parts[1])", "\(plugin)/\(kind)\(source)",
            "\(plugin)/\(kind)",
        ]
        return candidates.lazy.compactMap { byName[$0] }.first
    }

    private static let byName: [String: CollectdMapping] = {
        var table: [String: CollectdMapping] = [:]
        for row in rows {
            table[row.field] = row.mapping
            guard let identifier = row.identifier else { continue }
            table[identifier] = row.mapping
            // Without ValuesPercentage the cpu plugin sends ticks of 10 ms per second: percent too.
            if identifier.hasPrefix("cpu/percent-") {
                table["cpu/cpu-" + identifier.dropFirst("cpu/percent-".count)] = row.mapping
            }
        }
        return table
    }()

    private static let rows = cpu + network + memory + disk + processes + hardware

    private static let cpu = [
        Row(
            "cpu_percent_nanoseconds_idle", "cpu/percent-idle", "system.cpu.utilization",
            .percentLeft),
        Row("cpu_percent_nanoseconds_nice", "cpu/percent-nice", "system.cpu.nice", .percent),
        Row(
            "cpu_percent_nanoseconds_interrupt", "cpu/percent-interrupt", "system.cpu.interrupt",
            .percent),
        Row(
            "cpu_percent_nanoseconds_softirq", "cpu/percent-softirq", "system.cpu.softirq", .percent
        ),
        Row("cpu_percent_nanoseconds_steal", "cpu/percent-steal", "system.cpu.steal", .percent),
        Row("cpu_percent_nanoseconds_system", "cpu/percent-system", "system.cpu.system", .percent),
        Row("cpu_percent_nanoseconds_user", "cpu/percent-user", "system.cpu.user", .percent),
        Row("cpu_percent_nanoseconds_wait", "cpu/percent-wait", "system.cpu.iowait", .percent),
    ]

    private static let network = [
        Row("interface_if_dropped_in", "interface/if_dropped/rx", "system.network.dropped.receive"),
        Row("interface_if_errors_in", "interface/if_errors/rx", "system.network.errors.receive"),
        Row("interface_if_octets_in", "interface/if_octets/rx", "system.network.io.receive"),
        Row("interface_if_packets_in", "interface/if_packets/rx", "system.network.packets.receive"),
        Row(
            "interface_if_dropped_out", "interface/if_dropped/tx", "system.network.dropped.transmit"
        ),
        Row("interface_if_errors_out", "interface/if_errors/tx", "system.network.errors.transmit"),
        Row("interface_if_octets_out", "interface/if_octets/tx", "system.network.io.transmit"),
        Row(
            "interface_if_packets_out", "interface/if_packets/tx", "system.network.packets.transmit"
        ),
    ]

    private static let memory = [
        Row("memory_memory_buffered", "memory/memory-buffered", "system.memory.usage.buffers"),
        Row("memory_memory_cached", "memory/memory-cached", "system.memory.usage.cached"),
        Row("memory_memory_free", "memory/memory-free", "system.memory.usage.free"),
        Row(
            "memory_memory_slab_recl", "memory/memory-slab_recl",
            "system.memory.usage.slab_reclaimable"),
        Row(
            "memory_memory_slab_unrecl", "memory/memory-slab_unrecl",
            "system.memory.usage.slab_unreclaimable"),
        Row("memory_memory_total", "memory/memory-total", "system.memory.limit"),
        Row("memory_memory_used", "memory/memory-used", "system.memory.usage.used"),
    ]

    private static let disk = [
        Row(
            "disk_disk_io_time_io_time", "disk/disk_io_time/io_time", "system.disk.utilization",
            .milliseconds),
        Row(
            "disk_disk_io_time_weighted_io_time", "disk/disk_io_time/weighted_io_time",
            "system.disk.queue_length", .milliseconds),
        Row("disk_disk_merged_read", "disk/disk_merged/read", "system.disk.merged.read"),
        Row("disk_disk_merged_write", "disk/disk_merged/write", "system.disk.merged.write"),
        Row("disk_disk_octects_read", "disk/disk_octets/read", "system.disk.io.read"),
        Row("disk_disk_octects_write", "disk/disk_octets/write", "system.disk.io.write"),
        Row("disk_disk_ops_read", "disk/disk_ops/read", "system.disk.operations.read"),
        Row("disk_disk_ops_write", "disk/disk_ops/write", "system.disk.operations.write"),
        Row(
            "disk_disk_time_read", "disk/disk_time/read", "system.disk.latency.read",
            .milliseconds),
        Row(
            "disk_disk_time_write", "disk/disk_time/write", "system.disk.latency.write",
            .milliseconds),
    ]

    private static let processes = [
        "blocked", "paging", "running", "sleeping", "stopped", "zombies",
    ].map { state in
        Row(
            "processes_ps_state_\(state)", "processes/ps_state-\(state)",
            "system.processes.count.\(state)")
    }

    private static let hardware = [
        Row(
            "memory_and_cache_memory_bandwidth_local", "intel_rdt/memory_bandwidth-local",
            "hw.memory.bandwidth.local"),
        Row(
            "memory_and_cache_memory_bandwidth_remote", "intel_rdt/memory_bandwidth-remote",
            "hw.memory.bandwidth.remote"),
        Row("memory_and_cache_bytes_llc", "intel_rdt/bytes-llc", "hw.cpu.cache.usage"),
        Row(
            "memory_exceptions_errors_corrected_memory_errors",
            "mcelog/errors-corrected_memory_errors", "hw.memory.errors.corrected"),
        Row(
            "memory_exceptions_errors_uncorrected_memory_error",
            "mcelog/errors-uncorrected_memory_errors", "hw.memory.errors.uncorrected"),
        Row("memory_throttling_sensor", nil, "hw.memory.throttling"),
        Row("ipmi_voltage", "ipmi/voltage", "hw.voltage"),
        Row("ipmi_temperature_agg", "ipmi/temperature", "hw.temperature"),
        Row("ipmi_airflow", "ipmi/airflow", "hw.airflow"),
        Row("ipmi_watts_input_power", "ipmi/watts", "hw.power"),
    ]
}
