import MLPInference
import MLSched

/// What a model says about one candidate.
struct Prediction: Encodable {
    /// Nil where the network overflowed.
    let score: Float?
    let decision: String
    let threshold: Float
    /// The loads that the score is for.
    let srcDomLoad: Float
    let dstDomLoad: Float

    init(_ features: MigrationFeatures, by scheduler: inout MLScheduler) {
        let score = scheduler.score(features)
        self.score = score.isFinite ? score : nil
        threshold = scheduler.model.threshold
        decision = Decision(migrate: score > threshold).name
        srcDomLoad = features.srcDomLoad
        dstDomLoad = features.dstDomLoad
    }
}

/// The answer to one question, and what the scheduler makes of it, which knows loads in tenths.
struct PredictionReport: Encodable {
    let prediction: Prediction
    /// The same for loads in tenths.
    let scheduler: Prediction

    init(_ features: MigrationFeatures, by scheduler: inout MLScheduler) {
        prediction = Prediction(features, by: &scheduler)
        self.scheduler = Prediction(features.quantised, by: &scheduler)
    }

    /// The lines for people; the scheduler's answer only where its loads differ.
    var text: [String] {
        var lines = [
            "score      \(prediction.score.map(\.description) ?? "none: the network overflowed")",
            "threshold  \(prediction.threshold)",
            "decision   \(prediction.decision)",
        ]
        if scheduler.srcDomLoad != prediction.srcDomLoad
            || scheduler.dstDomLoad != prediction.dstDomLoad
        {
            lines.append(
                "scheduler  \(scheduler.decision), score "
                    + "\(scheduler.score.map(\.description) ?? "none"): it knows loads in tenths, "
                    + "\(scheduler.srcDomLoad) and \(scheduler.dstDomLoad)"
            )
        }
        return lines
    }

    private enum CodingKeys: CodingKey { case scheduler }

    func encode(to encoder: any Encoder) throws {
        try prediction.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(scheduler, forKey: .scheduler)
    }
}

extension Decision {
    /// The word that is printed.
    var name: String {
        switch self {
        case .stay: "stay"
        case .migrate: "migrate"
        }
    }
}
