package import TwinCore

/// What to do first about each kind of incident: one sentence for three in the morning.
package enum Runbook {
    package static func sentence(for kind: IncidentKind) -> String {
        switch kind {
        case .missingReport, .neverReported, .clockSkew, .clockOffset, .notWatched:
            watching(kind)
        case .cpuHigh, .iowaitHigh, .memoryHigh, .outOfMemory, .filesystemFull,
            .filesystemFilling, .filesystemReadonly, .deviation:
            load(kind)
        case .packetDrops, .networkErrors, .retransmits, .linkDown: network(kind)
        case .memoryErrorsCorrected, .memoryErrorsUncorrected, .temperature, .powerSupply,
            .voltage, .throttling:
            hardware(kind)
        case .rackUnreachable, .rackNetworkDegraded, .rackPowerDegraded, .rackCooling,
            .rackCommonCause:
            rack(kind)
        case .observationLost, .sharedOutage, .sharedDegradation, .collectorFault,
            .unknownCommonCause:
            datacenter(kind)
        }
    }

    private static func watching(_ kind: IncidentKind) -> String {
        switch kind {
        case .missingReport:
            "Ping the server and open its BMC console; if it is up, restart twin-agent."
        case .neverReported:
            "Check that twin-agent runs there with this key and reaches the broker; "
                + "decommission the key if the server does not exist."
        case .clockSkew:
            "Run chronyc tracking on the server: its reports carry times ahead of ours."
        case .clockOffset:
            "Run chronyc sources on the server and restart its time service."
        default:
            "Read the reason in the summary: its rack did not take this server, "
                + "so nothing correlates it; commission it to the right rack."
        }
    }

    private static func load(_ kind: IncidentKind) -> String {
        switch kind {
        case .cpuHigh: "Nothing to do at night unless users notice; find the top process with top."
        case .iowaitHigh: "Look for the slow disk with iostat -x and for its errors in dmesg."
        case .memoryHigh: "Find the growing process before the kernel does: ps --sort=-rss."
        case .outOfMemory:
            "See in dmesg which process the kernel killed, and check that its service is back."
        case .filesystemFull:
            "Free space on the named file system now; logs and old images are the usual first."
        case .filesystemFilling:
            "Find what grows on the named file system before the time in the summary has passed."
        case .filesystemReadonly:
            "Move work off this server: the kernel gave up writing; read dmesg for the disk."
        default:
            "Compare with what changed at that hour; acknowledge it if the load is wanted."
        }
    }

    private static func network(_ kind: IncidentKind) -> String {
        switch kind {
        case .packetDrops: "Compare with its rack; alone, check the named interface's queues."
        case .networkErrors: "Reseat or replace the cable and optic of the named interface."
        case .retransmits: "Compare with its rack; alone, look at the named interface and its path."
        default: "Check the named interface's cable and its switch port."
        }
    }

    private static func hardware(_ kind: IncidentKind) -> String {
        switch kind {
        case .memoryErrorsCorrected: "Plan to replace the named DIMM; more will follow."
        case .memoryErrorsUncorrected:
            "Drain the server and replace the named DIMM: its memory can no longer be trusted."
        case .temperature: "Compare with its neighbours; alone, check its fans and its air path."
        case .powerSupply:
            "Check the named supply and its feed: the server runs on what is left."
        case .voltage: "Compare with its rack; alone, check its power supply and board."
        default: "Check temperature and power of the server: its processor is holding back."
        }
    }

    private static func rack(_ kind: IncidentKind) -> String {
        switch kind {
        case .rackUnreachable:
            "Reach the ToR switch over its management port; if that is silent too, "
                + "check the rack's power before you send somebody."
        case .rackNetworkDegraded:
            "Look at the ToR switch's uplinks for errors and drain the worst one."
        case .rackPowerDegraded:
            "Read the rack's PDU and its neighbours on the same feed; shed load before it trips."
        case .rackCooling:
            "Call facilities: air to this rack is failing; shed load from its hottest servers."
        default:
            "Members fail together and the signs disagree: look at switch, power and air of the "
                + "rack, in this order."
        }
    }

    private static func datacenter(_ kind: IncidentKind) -> String {
        switch kind {
        case .observationLost:
            "We are blind, not the servers: run twinctl status and restart what is lost."
        case .sharedOutage:
            "Go to what the racks share, named in the summary, and call facilities."
        case .sharedDegradation:
            "Check what the racks share, named in the summary, before single racks."
        case .collectorFault:
            "Roll back the named agent version or restart the named relay; the servers are well."
        default:
            "Many racks are silent and share nothing we know: check core network and this "
                + "monitor's own network first."
        }
    }
}
