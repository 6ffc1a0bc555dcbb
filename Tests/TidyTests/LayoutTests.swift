import Testing

/// The layout of architecture.md, section 5.
struct LayoutTests {
    /// Package.resolved is SwiftPM's, and not committed.
    private static let topLevel: Set<String> = [
        "Package.swift", "Package.resolved", "Sources", "Tests", "services", "compose",
        "README.md", "LICENSE",
    ]

    /// Our modules and those of others that each target may import; nothing else.
    private static let importsAllowed: [String: Set<String>] = [
        "Sources/TwinCore": [],
        "Sources/ZeroMQ": ["CZeroMQ", "Glibc"],
        "Sources/Msgpack": ["CMsgpack"],
        "Sources/TwinWire": ["TwinCore", "Msgpack"],
        "Sources/TwinStore": [
            "TwinCore", "CPlatform", "GRDB", "Foundation", "Glibc", "Dispatch", "Synchronization",
        ],
        "Sources/TwinRuntime": [
            "TwinCore", "TwinWire", "TwinStore", "ZeroMQ", "Msgpack", "CPlatform", "Logging",
            "Metrics", "ServiceLifecycle", "UnixSignals", "ArgumentParser", "Foundation", "Glibc",
            "Dispatch", "Synchronization",
        ],
        "Sources/TwinClient": [
            "TwinCore", "TwinWire", "ZeroMQ", "Msgpack", "Foundation", "FoundationEssentials",
            "Glibc", "Synchronization",
        ],
        "Sources/HostMetrics": ["TwinCore", "Foundation", "Glibc"],
        "Sources/SimulatedFleet": ["TwinCore"],
        "Sources/Evaluation": ["TwinCore"],
        "services/twin-broker": service,
        "services/server-twin-svc": service,
        "services/rack-twin-svc": service,
        "services/dc-twin-svc": service,
        "services/twin-agent": [
            "TwinClient", "HostMetrics", "TwinCore", "TwinWire", "ZeroMQ", "Msgpack", "CPlatform",
            "ArgumentParser", "Logging", "ServiceLifecycle", "UnixSignals", "Foundation", "Glibc",
            "Dispatch", "Synchronization",
        ],
        "services/twinctl": [
            "TwinClient", "SimulatedFleet", "Evaluation", "TwinCore", "TwinWire", "Msgpack",
            "ZeroMQ", "CPlatform", "ArgumentParser", "Foundation", "Glibc", "Synchronization",
        ],
    ]
    private static let service: Set<String> = [
        "TwinRuntime", "TwinCore", "TwinWire", "TwinStore", "ZeroMQ", "ArgumentParser", "Logging",
        "ServiceLifecycle", "Foundation",
    ]

    /// C alone: what wraps or uses them tests them.
    private static let withoutTests: Set<String> = ["CZeroMQ", "CMsgpack", "CPlatform"]
    private static let entryPointLinesMax = 100

    @Test("the files are found, so that the other tests can fail")
    func filesAreFound() {
        let paths = Repository.current.files.map(\.path)
        for path in ["Sources/TwinCore/Invariant.swift", "compose/up", "compose/lib.sh"] {
            #expect(paths.contains(path))
        }
    }

    @Test("the top level holds exactly what was agreed")
    func topLevel() throws {
        let names = Set(try Repository.current.names(in: ""))
        #expect(names.subtracting(Self.topLevel) == [])
    }

    @Test("a target imports only what stands below it", arguments: Self.importsAllowed)
    func importDirection(target: String, allowed: Set<String>) {
        let files = Repository.current.files(below: target).filter { $0.language == .swift }
        let others = files.flatMap { file in
            file.imports.subtracting(allowed).sorted().map { "\(file.path): \($0)" }
        }
        #expect(others == [])
    }

    @Test("every target has its row in the import table", arguments: ["Sources", "services"])
    func tableIsComplete(folder: String) throws {
        let targets = try Repository.current.names(in: folder).map { "\(folder)/\($0)" }
            .filter { target in
                Repository.current.files(below: target).contains { $0.language == .swift }
            }
        #expect(targets.filter { Self.importsAllowed[$0] == nil } == [])
    }

    @Test("every target has a folder of tests")
    func testFolders() throws {
        let tests = Set(try Repository.current.names(in: "Tests"))
        let targets = Set(try Repository.current.names(in: "Sources"))
            .subtracting(Self.withoutTests)
        #expect(targets.filter { !tests.contains($0 + "Tests") } == [])
    }

    @Test("entry points of services are short")
    func entryPoints() {
        let long = Repository.current.files(below: "services").filter {
            !$0.path.hasPrefix("services/twinctl/") && $0.lines.count > Self.entryPointLinesMax
        }
        #expect(long.map(\.path) == [])
    }
}
