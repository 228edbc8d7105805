import MLPInference
import MLSched

let model = try Model(path: "weights/default.mlw")
var scheduler = try MLScheduler(model: model)
let features = try MigrationFeatures(
    cpu: 4,
    cpuIdle: 2,
    cpuNotIdle: 6,
    srcDomLoad: 0.9,
    dstDomLoad: 0.2
)
print(scheduler.shouldMigrate(features))  // true
print(scheduler.score(features))  // close to 1
