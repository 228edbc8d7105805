import SchedDaemon
import Testing

@Suite struct ExitReportTests {
    @Test("a report reads as all schedulers' do")
    func text() {
        let plain = ExitReport(kind: 64, code: 0, reason: "unregistered", message: "")
        #expect("\(plain)" == "EXIT: unregistered")
        let detailed = ExitReport(kind: 1026, code: 0, reason: "stall", message: "task 7")
        #expect("\(detailed)" == "EXIT: stall (task 7)")
    }

    @Test("only hotplug and the like ask for a restart, errors never do")
    func restart() {
        let hotplug = ExitReport(kind: 66, code: 1 << 48 | 1 << 32, reason: "", message: "")
        #expect(hotplug.asksForRestart && !hotplug.isError)
        let error = ExitReport(kind: 1024, code: 1 << 48, reason: "", message: "")
        #expect(!error.asksForRestart && error.isError)
        #expect(!ExitReport(kind: 64, code: 0, reason: "", message: "").asksForRestart)
    }
}
