extension ModelHeader {
    /// The feature records.
    var featureSection: Section {
        Section(
            offset: ModelFormat.headerSize,
            byteCount: featureCount * ModelFormat.featureSize
        )
    }

    /// The layer records.
    var layerSection: Section {
        Section(offset: featureSection.next, byteCount: layerCount * ModelFormat.layerSize)
    }
}

extension ModelReader {
    /// The features, with finite scaling and names that are valid and unique.
    func features(_ header: ModelHeader) throws(ModelError) -> [Feature] {
        let section = header.featureSection
        try require(section, "features")
        var features: [Feature] = []
        var names: Set<String> = []
        for index in 0..<header.featureCount {
            let offset = section.offset + index * ModelFormat.featureSize
            let feature = try feature(index, at: offset)
            guard feature.name == Feature.paddingName || names.insert(feature.name).inserted
            else {
                throw ModelError(
                    field: "features[\(index)].name",
                    offset: offset,
                    reason: .duplicateName(feature.name)
                )
            }
            features.append(feature)
        }
        try zeros("padding after features", section.offset + section.byteCount..<section.next)
        return features
    }

    private func feature(_ index: Int, at offset: Int) throws(ModelError) -> Feature {
        let name = try paddedText("features[\(index)].name", offset..<offset + 24)
        guard !name.isEmpty, name.utf8.allSatisfy(isNameByte) else {
            throw ModelError(
                field: "features[\(index)].name",
                offset: offset,
                reason: .invalidText
            )
        }
        return Feature(
            name: name,
            unit: try paddedText("features[\(index)].unit", offset + 24..<offset + 40),
            offset: try finite("features[\(index)].offset", at: offset + 40),
            scale: try finite("features[\(index)].scale", at: offset + 44)
        )
    }

    private func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The layers, each taking what the one before gives.
    func layers(_ header: ModelHeader) throws(ModelError) -> [DenseLayer] {
        let section = header.layerSection
        try require(section, "layers")
        var layers: [DenseLayer] = []
        var width = header.featureCount
        for index in 0..<header.layerCount {
            let offset = section.offset + index * ModelFormat.layerSize
            let layer = try layer(index, of: header, at: offset)
            guard layer.inputs == width else {
                throw ModelError(
                    field: "layers[\(index)].inputs",
                    offset: offset,
                    reason: .widthMismatch(expected: width, actual: layer.inputs)
                )
            }
            width = layer.outputs
            layers.append(layer)
        }
        try zeros("padding after layers", section.offset + section.byteCount..<section.next)
        return layers
    }

    private func layer(
        _ index: Int,
        of header: ModelHeader,
        at offset: Int
    ) throws(ModelError) -> DenseLayer {
        let inputs = try count("layers[\(index)].inputs", at: offset, in: ModelFormat.widths)
        let outputs = try count(
            "layers[\(index)].outputs",
            at: offset + 4,
            in: ModelFormat.widths
        )
        let code = try read("layers[\(index)].activation", at: offset + 8, as: UInt32.self)
        let alpha = try finite("layers[\(index)].alpha", at: offset + 12)
        let beta = try finite("layers[\(index)].beta", at: offset + 16)
        guard let activation = Activation(code: code, alpha: alpha, beta: beta),
            ModelFormat.version(of: activation) <= header.version
        else {
            throw ModelError(
                field: "layers[\(index)].activation",
                offset: offset + 8,
                reason: .unknownActivation(code)
            )
        }
        guard activation != .softmax || index == header.layerCount - 1 else {
            throw ModelError(
                field: "layers[\(index)].activation",
                offset: offset + 8,
                reason: .earlySoftmax
            )
        }
        guard activation.parameters.alpha == alpha else {
            throw ModelError(
                field: "layers[\(index)].alpha",
                offset: offset + 12,
                reason: .notZero
            )
        }
        guard activation.parameters.beta == beta else {
            throw ModelError(
                field: "layers[\(index)].beta",
                offset: offset + 16,
                reason: .notZero
            )
        }
        try zeros("layers[\(index)].reserved", offset + 20..<offset + 24)
        return DenseLayer(inputs: inputs, outputs: outputs, activation: activation)
    }

    /// The provenance and the padding after it.
    func provenance(_ section: Section) throws(ModelError) -> String {
        let text = try text("provenance", section.offset..<section.offset + section.byteCount)
        try zeros("padding after provenance", section.offset + section.byteCount..<section.next)
        return text
    }

    /// Finite numbers and zero padding from the parameters to the end.
    func checkNumbers(_ layout: ModelLayout) throws(ModelError) {
        for (index, sections) in layout.parameters.enumerated() {
            try checkFloats("layers[\(index)].weights", sections.weights)
            try checkFloats("layers[\(index)].bias", sections.bias)
        }
        try checkFloats("test inputs", layout.testInputs)
        try checkFloats("test outputs", layout.testOutputs)
    }

    /// Refuses a file that ends within a section of records.
    private func require(_ section: Section, _ field: String) throws(ModelError) {
        guard section.next <= bytes.count else {
            throw wrongSize(field, expected: section.next)
        }
    }
}
