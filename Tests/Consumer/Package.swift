// swift-tools-version: 6.1
import PackageDescription

// A program outside the package, as whoever embeds the scheduler writes it: by path here, by URL
// elsewhere.
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
        )
    ]
)
