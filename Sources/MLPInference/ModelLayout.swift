/// A section of a model file.
struct Section: Equatable {
    /// Its first byte, a multiple of 64.
    let offset: Int
    /// Its bytes without the padding after it.
    let byteCount: Int

    /// Where the next section starts.
    var next: Int { ModelFormat.align(offset + byteCount) }

    /// The section of `count` floats that follows.
    func followed(byFloats count: Int) -> Section {
        Section(offset: next, byteCount: count * MemoryLayout<Float>.size)
    }
}

/// Where the parameters of one layer lie.
struct ParameterSections: Equatable {
    /// Weights `(inputs, outputs)`, row-major.
    let weights: Section
    /// Values `(outputs)`.
    let bias: Section
}

/// The sections whose places follow from the shapes of the layers.
///
/// Nothing here can overflow: widths and counts are at most 2¹⁶ and layers at most 2¹⁰, so that
/// the sum stays below 2⁴⁶.
struct ModelLayout: Equatable {
    /// In the order of the layers.
    let parameters: [ParameterSections]
    /// Values `(testVectors, features)`, row-major.
    let testInputs: Section
    /// Values `(testVectors, outputs)`, row-major.
    let testOutputs: Section

    /// The size of the file.
    var byteCount: Int { testOutputs.next }

    /// The sections after the provenance.
    ///
    /// - Precondition: there is at least one layer, and counts are within the format's ranges.
    init(after provenance: Section, layers: [DenseLayer], testVectorCount: Int) {
        var last = provenance
        var parameters: [ParameterSections] = []
        parameters.reserveCapacity(layers.count)
        for layer in layers {
            let weights = last.followed(byFloats: layer.inputs * layer.outputs)
            let bias = weights.followed(byFloats: layer.outputs)
            parameters.append(ParameterSections(weights: weights, bias: bias))
            last = bias
        }
        let features = layers[0].inputs
        let outputs = layers[layers.count - 1].outputs
        self.parameters = parameters
        testInputs = last.followed(byFloats: testVectorCount * features)
        testOutputs = testInputs.followed(byFloats: testVectorCount * outputs)
    }
}
