import MLPInference

let model = try Model(path: "weights/default.mlw")
var evaluator = MLPEvaluator(model)
// (2 rows, 10 features), row-major, as measured: scaling is part of the model.
let outputs = evaluator.evaluate([
    4, 2, 6, 0.9, 0.2, 0, 0, 0, 0, 0,
    2, 4, 4, 0.5, 0.5, 0, 0, 0, 0, 0,
])
print(outputs.map { $0 > model.threshold })  // [true, false]
