// swift-tools-version: 6.2
import PackageDescription

/// `compose/test --fuzz` sets it: adds the one executable that only builds with libFuzzer.
let isFuzzing = Context.environment["TWIN_FUZZ"] == "1"

/// Every target of ours: Swift 6, every unsafe operation marked, no warning let through.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
]

let argumentParser: Target.Dependency = .product(
    name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(
    name: "ServiceLifecycle", package: "swift-service-lifecycle")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")

func library(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [])
    -> Target
{
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

func executable(
    _ name: String, _ dependencies: [Target.Dependency], further: [SwiftSetting] = []
) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "services/\(name)",
        swiftSettings: settings + further)
}

func tests(
    _ name: String, _ dependencies: [Target.Dependency], exclude: [String] = [],
    resources: [Resource] = []
) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, exclude: exclude, resources: resources,
        swiftSettings: settings)
}

/// The fuzzer: libFuzzer's driver around `FuzzTargets`.
let fuzzer = Target.executableTarget(
    name: "twin-fuzz", dependencies: ["FuzzTargets"], path: "Tests/FuzzEntry",
    swiftSettings: settings)

let package = Package(
    name: "dc-twins",
    products: [
        .executable(name: "twin-broker", targets: ["twin-broker"]),
        .executable(name: "server-twin-svc", targets: ["server-twin-svc"]),
        .executable(name: "rack-twin-svc", targets: ["rack-twin-svc"]),
        .executable(name: "dc-twin-svc", targets: ["dc-twin-svc"]),
        .executable(name: "twin-agent", targets: ["twin-agent"]),
        .executable(name: "twinctl", targets: ["twinctl"]),
    ],
    dependencies: [
        // Flags, help texts and their errors of every executable.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        // One logging interface, so that a deployment can put its own handler behind it.
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        // Signals, graceful shutdown and its deadline.
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
        // SQLite with migrations, WAL pools and checked statements: the rows operators can open.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
        // HdrHistogram, for the latencies of the benchmark alone.
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // libzmq (Debian: libzmq3-dev): the transport, named by the user.
        .systemLibrary(name: "CZeroMQ"),
        // msgpack-c (Debian: libmsgpack-dev, newer: libmsgpack-c-dev): the codec, named by the
        // user; its header templates are all we use, so nothing is linked.
        .systemLibrary(name: "CMsgpack"),
        .target(name: "CPlatform"),
        library("ZeroMQ", ["CZeroMQ"]),
        library("Msgpack", ["CMsgpack"]),
        library("TwinCore"),
        library("TwinWire", ["TwinCore", "Msgpack"], exclude: ["Protocol.md"]),
        // GRDB uses the system's SQLite (Debian: libsqlite3-dev), the same that `sqlite3` opens.
        library("TwinStore", ["TwinCore", "CPlatform", grdb]),
        library(
            "TwinRuntime",
            [
                "TwinCore", "TwinWire", "TwinStore", "ZeroMQ", "Msgpack", "CPlatform", logging,
                lifecycle, argumentParser,
            ]),
        library("TwinClient", ["TwinWire", "TwinCore", "ZeroMQ", "Msgpack"]),
        library("HostMetrics", ["TwinCore"]),
        library("SimulatedFleet", ["TwinCore"]),
        library("Evaluation", ["TwinCore"]),
        executable("twin-broker", ["TwinRuntime", argumentParser, logging, lifecycle]),
        executable("server-twin-svc", ["TwinRuntime"]),
        executable("rack-twin-svc", ["TwinRuntime"]),
        executable("dc-twin-svc", ["TwinRuntime"]),
        executable(
            "twinctl",
            [
                "TwinClient", "TwinWire", "TwinCore", "Msgpack", "CPlatform", "SimulatedFleet",
                "Evaluation", argumentParser,
            ],
            // Its tests see inside, and run on the same release build that `compose/up` uses.
            further: [.unsafeFlags(["-enable-testing"])]),
        executable(
            "twin-agent",
            [
                "TwinClient", "TwinWire", "TwinCore", "HostMetrics", "CPlatform",
                argumentParser, logging, lifecycle,
            ]),
        // Counts the allocations of whoever links it: the benchmark alone.
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        .executableTarget(
            name: "twin-bench",
            dependencies: [
                "CAllocations",
                "TwinRuntime", "TwinStore", "TwinClient", "TwinWire", "TwinCore", "ZeroMQ",
                "Msgpack", histogram, argumentParser, logging,
            ], path: "Tests/TwinBench", swiftSettings: settings),
        // The whole cluster in one thread on simulated network, disks and clocks: a library, so
        // that its command and its tests share it.
        .target(
            name: "ClusterSimulator",
            dependencies: [
                "TwinRuntime", "TwinStore", "TwinClient", "TwinWire", "TwinCore", "ZeroMQ",
                "Msgpack", "SimulatedFleet",
            ], path: "Tests/ClusterSimulator", swiftSettings: settings),
        .executableTarget(
            name: "cluster-simulator", dependencies: ["ClusterSimulator", argumentParser],
            path: "Tests/ClusterSimulatorCommand", swiftSettings: settings),
        tests("ClusterSimulatorTests", ["ClusterSimulator", "cluster-simulator"]),
        // Ends abnormally on purpose, for the end-to-end tests.
        .executableTarget(
            name: "failing-instance",
            dependencies: ["TwinRuntime", "TwinStore", "TwinWire", "TwinCore"],
            path: "Tests/FailingInstance", swiftSettings: settings),
        tests("ZeroMQTests", ["ZeroMQ", "CPlatform"]),
        tests("MsgpackTests", ["Msgpack"]),
        tests("TwinCoreTests", ["TwinCore", "Msgpack"]),
        tests(
            "TwinWireTests", ["TwinWire", "TwinClient", "TwinCore", "Msgpack"],
            exclude: ["Documents/Golden"]),
        tests("TwinStoreTests", ["TwinStore", "TwinCore", grdb]),
        tests(
            "TwinRuntimeTests",
            ["TwinRuntime", "TwinStore", "TwinWire", "TwinCore", "ZeroMQ", "Msgpack", logging]),
        tests(
            "TwinClientTests",
            ["TwinClient", "TwinWire", "TwinCore", "ZeroMQ", "Msgpack"]),
        tests("HostMetricsTests", ["HostMetrics", "TwinCore"]),
        tests("SimulatedFleetTests", ["SimulatedFleet", "TwinCore"]),
        tests("EvaluationTests", ["Evaluation", "SimulatedFleet", "TwinCore"]),
        tests("LongRunTests", ["TwinCore"]),
        tests(
            "TwinctlRenderingTests", ["twinctl", "TwinWire", "TwinCore"], exclude: ["Golden"]),
        tests("TwinctlUpTests", ["twinctl", "TwinWire", "TwinCore"]),
        tests(
            "TwinctlTests",
            [
                "twinctl", "TwinClient", "TwinWire", "TwinCore", "SimulatedFleet",
                argumentParser,
            ]),
        tests(
            "TwinAgentTests",
            [
                "twin-agent", "TwinClient", "TwinWire", "HostMetrics", "TwinCore", "CPlatform",
                "ZeroMQ", logging,
            ]),
        tests(
            "EndToEndTests", ["TwinClient", "TwinWire", "TwinCore", "TwinStore", "CPlatform"]),
        tests("TidyTests", []),
        // What is fuzzed, for the fuzzer and for the tests that run the corpus it left.
        .target(
            name: "FuzzTargets",
            dependencies: [
                "TwinRuntime", "TwinStore", "TwinWire", "TwinCore", "Msgpack", "CPlatform",
            ], path: "Tests/FuzzTargets", swiftSettings: settings),
        tests(
            "FuzzTests", ["FuzzTargets", "TwinRuntime", "TwinStore", "TwinWire", "TwinCore"],
            exclude: ["Corpus"]),
    ] + (isFuzzing ? [fuzzer] : [])
)
