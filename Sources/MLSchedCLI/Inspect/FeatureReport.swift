import MLPInference
import MLSched

/// One input of a model, and whether the scheduler can supply it.
struct FeatureReport: Encodable, Equatable {
    let name: String
    let unit: String
    let offset: Float
    let scale: Float
    /// Whether the scheduler measures it.
    let live: Bool

    init(_ feature: Feature) {
        name = feature.name
        unit = feature.unit
        offset = feature.offset
        scale = feature.scale
        live = LiveFeature(rawValue: feature.name) != nil
    }

    /// Where the value comes from, in a word or two.
    var source: String {
        switch (live, name) {
        case (_, Feature.paddingName): "always 0"
        case (true, _): "live"
        default: "unknown"
        }
    }
}
