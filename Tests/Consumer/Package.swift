// swift-tools-version: 6.1
import PackageDescription

// Programs outside the package, as whoever embeds it writes them: by path here, by URL elsewhere.
// All but Consumer are the examples of the documentation, word for word.
let package = Package(
    name: "Consumer",
    dependencies: [.package(name: "mlsched", path: "../..")],
    targets: [
        .executableTarget(
            name: "Consumer",
            dependencies: [
                .product(name: "MLPInference", package: "mlsched"),
                .product(name: "MLSched", package: "mlsched"),
            ]
        ),
        .executableTarget(
            name: "Embedding",
            dependencies: [
                .product(name: "MLPInference", package: "mlsched"),
                .product(name: "MLSched", package: "mlsched"),
            ]
        ),
        .executableTarget(
            name: "Inference",
            dependencies: [.product(name: "MLPInference", package: "mlsched")]
        ),
        .executableTarget(
            name: "Classifier",
            dependencies: [.product(name: "MLPInference", package: "mlsched")]
        ),
        .executableTarget(
            name: "Runtime",
            dependencies: [.product(name: "BPFRuntime", package: "mlsched")]
        ),
    ]
)
