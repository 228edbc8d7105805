import MLPInference

let measurements: [String: Float] = ["speed": 12, "load": 0.4]
let classifier = try Model(path: "classifier.mlw")  // 30 → 16 → 1
let pool = EvaluatorPool(classifier)  // for any number of threads
let row = try classifier.row(measurements)  // by name: ["speed": 12, "load": 0.4, …]
let scores = try pool.withEvaluator { try $0.evaluate(rows: [row]) }
print(scores)
