import MLPInference
import MLSched

let model = try Model(path: CommandLine.arguments[1])
var scheduler = try MLScheduler(model: model, cacheCapacity: 1024)
let busy = try MigrationFeatures(
    cpu: 4,
    cpuIdle: 2,
    cpuNotIdle: 6,
    srcDomLoad: 0.9,
    dstDomLoad: 0.2
)
let even = try MigrationFeatures(
    cpu: 2,
    cpuIdle: 4,
    cpuNotIdle: 4,
    srcDomLoad: 0.5,
    dstDomLoad: 0.5
)
for features in [busy, even] {
    print(scheduler.shouldMigrate(features) ? "migrate" : "stay")
}
