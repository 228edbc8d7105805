extension ModelReport {
    /// The lines for people.
    var text: [String] {
        var lines = [path.map(printable) ?? "the built-in model"]
        lines += overview.lines(indent: 2)
        lines += ["", "FEATURES"] + featureTable.lines(indent: 2)
        lines += ["", "LAYERS"] + layerTable.lines(indent: 2)
        lines += ["", "PROVENANCE"] + provenanceLines
        if let vectors { lines += ["", "TEST VECTORS"] + Self.table(of: vectors).lines(indent: 2) }
        return lines
    }

    private var overview: TextTable {
        var table = TextTable([.left, .left])
        let widths = [features.count] + layers.map(\.outputs)
        table.append(["format", "version \(formatVersion), \(bytes) bytes"])
        table.append(["sha256", sha256])
        table.append(["crc32", crc32])
        table.append(["network", Self.chain(widths)])
        table.append(["size", "\(parameters) parameters, \(multiplyAdds) multiply-adds"])
        table.append(["threshold", "migrate where the score is above \(threshold)"])
        table.append([
            "self-test",
            "\(testVectors) vectors passed, worst difference \(short(worstDifference)) of 1e-05",
        ])
        table.append(["kernel", kernel])
        table.append(["mlsched run", refusal.value.map { "refuses it: \($0)" } ?? "accepts it"])
        return table
    }

    /// The widths of a network; the middle of a very deep one is left out.
    private static func chain(_ widths: [Int]) -> String {
        let shown = widths.map(String.init)
        let parts = shown.count > 12 ? shown.prefix(6) + ["…"] + shown.suffix(5) : shown[...]
        return parts.joined(separator: "→")
    }

    private var featureTable: TextTable {
        var table = TextTable([.right, .left, .left, .right, .right, .left])
        table.append(["#", "name", "unit", "offset", "scale", "source"])
        for (index, feature) in features.enumerated() {
            table.append([
                "\(index)", feature.name, printable(feature.unit), "\(feature.offset)",
                "\(feature.scale)", feature.source,
            ])
        }
        return table
    }

    private var layerTable: TextTable {
        var table = TextTable([.right, .right, .right, .left] + Array(repeating: .right, count: 7))
        table.append([
            "#", "inputs", "outputs", "activation", "parameters", "weights min", "max", "mean",
            "std", "bias min", "max",
        ])
        for (index, layer) in layers.enumerated() {
            let numbers = [
                Double(layer.weights.min), Double(layer.weights.max), layer.weights.mean,
                layer.weights.std, Double(layer.bias.min), Double(layer.bias.max),
            ]
            table.append(
                [
                    "\(index)", "\(layer.inputs)", "\(layer.outputs)", layer.activation,
                    "\(layer.parameters)",
                ] + numbers.map { short($0) }
            )
        }
        return table
    }

    private var provenanceLines: [String] {
        guard !provenance.isEmpty else { return ["  none"] }
        return provenance.split(separator: "\n", omittingEmptySubsequences: false)
            .map { "  " + printable($0) }
    }

    private static func table(of vectors: [VectorReport]) -> TextTable {
        var table = TextTable([.right, .left, .left, .left])
        table.append(["#", "inputs", "expected", "here"])
        for (index, vector) in vectors.enumerated() {
            table.append(
                ["\(index)"]
                    + [vector.inputs, vector.expected, vector.outputs].map { numbers in
                        numbers.map(\.description).joined(separator: " ")
                    }
            )
        }
        return table
    }
}
