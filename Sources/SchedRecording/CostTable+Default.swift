extension CostTable {
    /// For machines that were not measured: what others measured on EPYC servers of two sockets.
    ///
    /// - Transfers: the medians of a dual EPYC 7R13 (Milan) and of its hardware threads in the
    ///   README of github.com/nviennot/core-to-core-latency at commit 0dddf509.
    /// - Refills inside a domain: each line of a core's own caches comes from the third level, 10.3 ns
    ///   on EPYC 7742 (anandtech.com/show/14694, page 7, updated 1 October 2019); nothing is
    ///   left behind between hardware threads of a core.
    /// - Refills beyond: each line comes from memory, 113 ns within a node (NPS4, the same page), or
    ///   out of the other socket, for which the transfer of a line stands.
    ///
    /// Every line waits for the one before, as in the walks of `mlsched calibrate`. Commercial
    /// programs overlap little more: out-of-order issue gains them 12 to 30 % (Chou, Fahs and
    /// Abraham, doi 10.1145/1028176.1006708); what streams through its memory pays far less.
    public static let `default`: CostTable = {
        let footprints = [1 << 14, 1 << 16, 1 << 18, 1 << 20, 1 << 22, 1 << 24]
        let (privateBytes, sharedBytes) = (1 << 19, 1 << 25)
        func refill(_ nanosecondsPerLine: Double, upTo limit: Int) -> [Spread] {
            footprints.map { Spread(exactly: Double(min($0, limit) / 64) * nanosecondsPerLine) }
        }
        return CostTable(
            source: "published figures of EPYC 7742 and 7R13; not measured here",
            processor: "",
            privateBytes: privateBytes,
            sharedBytes: sharedBytes,
            footprints: footprints,
            warm: footprints.map { bytes in
                Spread(exactly: Double(bytes / 64) * (bytes <= privateBytes ? 3.8 : 10.3))
            },
            refill: [
                .core: refill(0, upTo: 0),
                .cache: refill(10.3, upTo: privateBytes),
                .node: refill(113, upTo: sharedBytes),
                .nothing: refill(197, upTo: sharedBytes),
            ],
            refillInOrder: [:],
            transfer: [
                .core: Spread(exactly: 9.8),
                .cache: Spread(exactly: 23),
                .node: Spread(exactly: 107),
                .nothing: Spread(exactly: 197),
            ]
        )
    }()
}

extension CostTable.Spread {
    /// A figure whose spread is not known.
    fileprivate init(exactly value: Double) {
        self.init(lowerQuartile: value, median: value, upperQuartile: value)
    }
}
