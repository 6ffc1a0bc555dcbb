import Testing
import twinctl

struct UpPlanTests {
    private static func plan(_ options: UpOptions, isNewCluster: Bool = true) -> UpPlan {
        UpPlan(
            options, paths: UpPaths(options.stateDirectory), executables: "/opt/bin",
            host: "vm", isNewCluster: isNewCluster)
    }

    @Test("two instances of server and rack, one dc, the agent and the simulation run by default")
    func processes() {
        let plan = Self.plan(UpOptions(stateDirectory: "/state"))
        #expect(
            plan.children.map(\.name) == [
                "broker", "server-a", "server-b", "rack-a", "rack-b", "dc-a", "commission",
                "agent", "simulate",
            ])
        #expect(plan.instances == ["server-a", "server-b", "rack-a", "rack-b", "dc-a"])
    }

    @Test("an instance gets the services' endpoint, its directory and its name")
    func instanceFlags() {
        let plan = Self.plan(UpOptions(port: 9000, stateDirectory: "/state"))
        let child = plan.children.first { $0.name == "rack-b" }
        #expect(child?.executable == "/opt/bin/rack-twin-svc")
        #expect(
            child?.arguments == [
                "--broker", "tcp://127.0.0.1:9001", "--state-dir", "/state/rack-b", "--instance",
                "rack-b",
            ])
    }

    @Test("only a new cluster is bootstrapped, with counts to wait for", arguments: [true, false])
    func bootstrap(isNew: Bool) {
        let options = UpOptions(serverInstances: 3, rackInstances: 1, stateDirectory: "/state")
        let broker = Self.plan(options, isNewCluster: isNew).children[0]
        #expect(broker.arguments.contains("--bootstrap") == isNew)
        #expect(broker.arguments.contains("server=3,rack=1,dc=1") == isNew)
    }

    @Test("without simulation nothing simulated is started or allowed")
    func noSimulation() {
        let plan = Self.plan(UpOptions(isSimulating: false, stateDirectory: "/state"))
        #expect(!plan.children.contains { $0.name == "simulate" })
        #expect(!plan.children.contains { $0.arguments.contains("--allow-simulation") })
    }

    @Test(
        "every host name makes a key",
        arguments: [
            ("web-1.example.org", "web-1.example.org"), ("höst", "h--st"), ("", "localhost"),
        ])
    func hostKey(name: String, key: String) {
        #expect(UpPlan.key(ofHost: name) == key)
    }

    @Test("state goes to XDG_STATE_HOME, else below the home directory")
    func defaultDirectory() {
        let home = ["HOME": "/home/ada"]
        let chosen = home.merging(["XDG_STATE_HOME": "/var/state"]) { $1 }
        let relative = home.merging(["XDG_STATE_HOME": "state"]) { $1 }
        let fallback = "/home/ada/.local/state/dc-twins"
        #expect(UpPaths.defaultDirectory(environment: home) == fallback)
        #expect(UpPaths.defaultDirectory(environment: chosen) == "/var/state/dc-twins")
        #expect(UpPaths.defaultDirectory(environment: relative) == fallback)
    }
}
