import CMLSchedABI
import SchedExtStats
import Testing

@testable import SchedDaemon

@Suite struct CatalogueTests {
    private let structures = Dictionary(
        uniqueKeysWithValues: StatisticsCatalogue.structures.map { ($0.name, $0) }
    )

    /// An interval of a machine of so many domains.
    private func values(domains: Int = 2) -> StatsValue {
        let totals = StatisticsTotals(
            elapsed: .seconds(3),
            domains: (0..<domains).map { DomainLoad(cpus: CPUList([$0]), load: 0.5) },
            counters: SchedulerCounters(),
            measurements: PipelineMeasurements()
        )
        var reader = StatisticsReader()
        return StatisticsCatalogue.values(of: reader.interval(until: totals))
    }

    @Test("there is one top structure, and every structure that is named is there")
    func references() {
        #expect(structures.values.filter { $0.top != nil }.map(\.name) == ["Scheduler"])
        for field in structures.values.flatMap(\.fields.values) {
            guard case .structure(let name)? = field.dict?.datum else { continue }
            #expect(structures[name]?.label.isEmpty == false)
        }
    }

    @Test("values have the names and kinds that the metadata says, all of them, always")
    func shape() throws {
        try check(values(), as: "Scheduler")
    }

    private func check(_ value: StatsValue, as name: String) throws {
        let structure = try #require(structures[name])
        #expect(Set(value.members.map(\.name)) == Set(structure.fields.keys))
        for (name, member) in value.members {
            let field = try #require(structure.fields[name])
            switch (member, field.datum, field.dict?.datum) {
            case (.integer, .plain("u64"), _), (.number, .plain("float"), _),
                (.text, .plain("string"), _):
                break
            case (.table, nil, .structure(let inner)):
                for (_, element) in member.members { try check(element, as: inner) }
            default: Issue.record("\(name) is not what its metadata says")
            }
        }
    }

    @Test("every counter of the one list is there, since the start and in the interval")
    func counters() {
        for counter in SchedulerCounters().named {
            #expect(structures["Scheduler"]?.fields[counter.name]?.desc == counter.meaning)
            #expect(structures["Scheduler"]?.fields["\(counter.name)_total"] != nil)
        }
        for counter in SchedulerCounters().named(nil) {
            #expect(structures["Candidates"]?.fields["\(counter.name)_total"] != nil)
        }
    }

    @Test("a machine of 64 domains has less than 300 series in OpenMetrics")
    func series() throws {
        #expect(try count(values(domains: 64), as: "Scheduler") < 300)
    }

    private func count(_ value: StatsValue, as name: String) throws -> Int {
        let structure = try #require(structures[name])
        return try value.members.reduce(0) { sum, member in
            let field = try #require(structure.fields[member.name])
            guard !field.isSkipped else { return sum }
            guard case .structure(let inner)? = field.dict?.datum else { return sum + 1 }
            return try member.value.members.reduce(sum) { try $0 + count($1.value, as: inner) }
        }
    }
}

@Suite struct StatisticsDeskTests {
    @Test("two connections see the same totals, each with intervals of its own")
    func connections() throws {
        let (statistics, gauges) = (SchedulerStatistics(), try FakeGauges())
        statistics.begin(gauges, gauges)
        gauges.send(7)
        let desk = StatisticsDesk(statistics)
        let (first, second) = (desk.makeReader(), desk.makeReader())
        let values = try first("top").get()
        #expect(values["requests_sent_total"] == .integer(7))
        #expect(values["requests_sent"] == .integer(7))
        #expect(try first("top").get()["requests_sent"] == .integer(0))
        #expect(try second("top").get()["requests_sent"] == .integer(7))
        #expect(try second("top").get()["requests_sent_total"] == .integer(7))
    }

    @Test("while nothing is attached, and for targets that are none, there is a reason")
    func refusals() throws {
        let reader = StatisticsDesk(SchedulerStatistics()).makeReader()
        #expect(throws: StatsServer.Refusal.self) { try reader("top").get() }
        #expect(throws: StatsServer.Refusal.self) { try reader("other").get() }
    }

    @Test("however many ask, the decision thread is asked a hundred times a second at most")
    func freshness() throws {
        let (statistics, gauges) = (SchedulerStatistics(), try FakeGauges())
        statistics.begin(gauges, gauges)
        let reader = StatisticsDesk(statistics).makeReader()
        let start = ContinuousClock.now
        for _ in 0..<1000 { _ = try reader("top").get() }
        let elapsed = ContinuousClock.now - start
        #expect(Double(gauges.measurementCount) <= elapsed / .milliseconds(10) + 1)
    }
}
