// swift-tools-version: 6.1
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "mlsched",
    products: [
        .executable(name: "mlsched", targets: ["MLSchedCLI"]),
        .library(name: "MLPInference", targets: ["MLPInference"]),
        .library(name: "MLSched", targets: ["MLSched"]),
        .library(name: "BPFRuntime", targets: ["BPFRuntime"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-atomics", from: "1.3.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.4.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.1.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CBLAS",
            pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev"])]
        ),
        .systemLibrary(
            name: "CLibBPF",
            pkgConfig: "libbpf",
            providers: [.apt(["libbpf-dev", "libelf-dev"])]
        ),
        .target(name: "CMLSchedABI"),
        .target(
            name: "CSchedSim",
            cSettings: [.headerSearchPath("standin")]
        ),
        .target(
            name: "SchedSim",
            dependencies: [
                "CMLSchedABI", "CSchedSim", "MLPInference", "MLSched", "SchedRecording",
            ],
            swiftSettings: settings
        ),
        .target(name: "CReferenceMLP", dependencies: ["CBLAS"]),
        .target(name: "CMLPKernels"),
        .target(
            name: "MLPInference",
            dependencies: ["CBLAS", "CMLPKernels"],
            swiftSettings: settings
        ),
        .target(
            name: "MLSched",
            dependencies: ["CMLSchedABI", "MLPInference"],
            swiftSettings: settings
        ),
        .target(name: "CLinuxSystem"),
        .target(
            name: "LinuxSystem",
            dependencies: [
                "CLinuxSystem", .product(name: "Atomics", package: "swift-atomics"),
            ],
            swiftSettings: settings
        ),
        .target(name: "SchedExtStats", dependencies: ["LinuxSystem"], swiftSettings: settings),
        .target(
            name: "SchedRecording",
            dependencies: ["LinuxSystem", "MLPInference"],
            swiftSettings: settings
        ),
        .target(
            name: "BPFRuntime",
            dependencies: ["CLibBPF", "LinuxSystem"],
            swiftSettings: settings
        ),
        .executableTarget(name: "BPFEmbed", swiftSettings: settings),
        .plugin(
            name: "CompileBPF",
            capability: .buildTool(),
            dependencies: ["BPFEmbed"],
            path: "Sources/Plugins/CompileBPF"
        ),
        .target(
            name: "BPFPrograms",
            dependencies: ["BPFRuntime"],
            swiftSettings: settings,
            plugins: ["CompileBPF"]
        ),
        .target(
            name: "DefaultWeights",
            dependencies: ["MLPInference"],
            path: "weights",
            exclude: ["default.json", "outcomes.json", "outcomes.mlw"],
            resources: [.embedInCode("default.mlw")],
            swiftSettings: settings
        ),
        .target(
            name: "SchedDaemon",
            dependencies: [
                "BPFPrograms", "BPFRuntime", "CMLSchedABI", "LinuxSystem", "MLPInference",
                "MLSched", "SchedExtStats", "SchedRecording",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(name: "CSchedBench"),
        .target(
            name: "SchedBench",
            dependencies: [
                "BPFPrograms", "BPFRuntime", "CMLSchedABI", "CReferenceMLP", "CSchedBench",
                "LinuxSystem", "MLPInference", "MLSched", "SchedDaemon", "SchedRecording",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "MLSchedCLI",
            dependencies: [
                "BPFRuntime", "CMLSchedABI", "DefaultWeights", "LinuxSystem", "MLPInference",
                "MLSched", "SchedBench", "SchedDaemon", "SchedExtStats", "SchedRecording",
                "SchedSim",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Metrics/page.html")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "BPFRuntimeTests",
            dependencies: ["BPFPrograms", "BPFRuntime", "CLibBPF", "CMLSchedABI"],
            exclude: ["bpf"],
            swiftSettings: settings,
            plugins: ["CompileBPF"]
        ),
        .target(name: "CMallocCounter", path: "Tests/CMallocCounter"),
        .target(
            name: "CWideKernels",
            dependencies: ["CMLPKernels"],
            path: "Tests/CWideKernels"
        ),
        .target(
            name: "MachineTestSupport",
            path: "Tests/MachineTestSupport",
            swiftSettings: settings
        ),
        .target(
            name: "ModelTestSupport",
            dependencies: ["CMLSchedABI", "MLPInference"],
            path: "Tests/ModelTestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "MLPInferenceTests",
            dependencies: [
                "CMLPKernels", "CMallocCounter", "CReferenceMLP", "CWideKernels", "MLPInference",
                "ModelTestSupport",
            ],
            exclude: ["Goldens"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MLSchedCLITests",
            dependencies: [
                "CLibBPF", "LinuxSystem", "MLPInference", "MLSchedCLI", "ModelTestSupport",
                "SchedDaemon", "SchedExtStats",
                .product(name: "Logging", package: "swift-log"),
            ],
            exclude: ["Goldens"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MLSchedTests",
            dependencies: [
                "CMLSchedABI", "CMallocCounter", "DefaultWeights", "MLPInference", "MLSched",
                "ModelTestSupport",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "LinuxSystemTests",
            dependencies: ["LinuxSystem"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SchedExtStatsTests",
            dependencies: ["LinuxSystem", "SchedExtStats"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SchedBenchTests",
            dependencies: [
                "BPFRuntime", "CMLSchedABI", "DefaultWeights", "LinuxSystem", "MLPInference",
                "MLSched", "MachineTestSupport", "ModelTestSupport", "SchedBench", "SchedDaemon",
                "SchedRecording",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SchedRecordingTests",
            dependencies: ["ModelTestSupport", "SchedRecording"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SchedDaemonTests",
            dependencies: [
                "BPFPrograms", "BPFRuntime", "CMLSchedABI", "DefaultWeights", "LinuxSystem",
                "MLPInference", "MLSched", "MachineTestSupport", "ModelTestSupport",
                "SchedDaemon", "SchedExtStats", "SchedRecording",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "SchedSimTests",
            dependencies: [
                "MLPInference", "MLSched", "ModelTestSupport", "SchedRecording", "SchedSim",
            ],
            swiftSettings: settings
        ),
    ]
)
