import TwinCore
import TwinRuntime
import TwinWire

extension InstanceCluster {
    static let storyKeys = (0..<25).map { "s\($0)" }

    /// A story with births, reports, a move, a removal, maintenance, an outage with folds, and a
    /// broker that goes away; `look` is called now and then, with what has just happened.
    mutating func story(look: (InstanceCluster, String) throws -> Void = { _, _ in }) throws {
        let keys = InstanceCluster.storyKeys
        try pass(milliseconds: 3_000)
        try look(self, "born")
        for key in keys { try commission(key) }
        try look(self, "commissioned")
        try pass(seconds: 45, reporting: keys)
        try look(self, "reporting")
        try commission("s3", rack: "r2")
        try ask(.decommission, "server/s4")
        let body = SetMaintenanceRequest(
            id: "w1", owner: "ann", reason: "fans",
            untilMilliseconds: (wall + .minutes(3)).milliseconds)
        try ask(.setMaintenance, "server/s5", body)
        try pass(seconds: 50, reporting: [])
        try look(self, "silent")
        isBrokerAway = true
        try pass(milliseconds: 8_000)
        try look(self, "blind")
        isBrokerAway = false
        try pass(seconds: 100, reporting: keys)
        try look(self, "back")
        try pass(seconds: 100, reporting: keys)
        try look(self, "over")
    }
}
