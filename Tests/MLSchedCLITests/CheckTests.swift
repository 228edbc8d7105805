import Glibc
import MLPInference
import Testing

@testable import MLSchedCLI

@Suite("check")
struct CheckTests {
    @Test("the exit status says whether something is missing")
    func status() throws {
        let result = try Program.run("check", "--json")
        let items = try result.lines.map { try JSONValue($0) }
        let names = items.map { $0["name"] }
        // Notes on what does not go well with it stand behind these, where there is such.
        #expect(
            names.prefix(10)
                == [
                    "kernel type information", "sched_ext", "kernel functions", "privileges",
                    "no other scheduler", "no CPU limits", "CPU domains", "model", "OpenBLAS",
                    "libbpf",
                ].map { .string($0) }[...]
        )
        let missing = items.filter { $0["status"] == .string("missing") }
        #expect(result.status == (missing.isEmpty ? 0 : 2))
        #expect(result.errors == "")
        for item in items where item["status"] == .string("ok") { #expect(item["remedy"] == nil) }
    }

    @Test("text and JSON tell the same, and a pipe gets words instead of symbols")
    func text() throws {
        let items = try Program.run("check", "--json").lines.map { try JSONValue($0) }
        let text = try Program.run("check")
        let words = ["ok": "ok", "note": "note", "missing": "MISSING"]
        let marked = text.lines.filter { !$0.hasPrefix(" ") }.dropLast()
        #expect(marked.count == items.count)
        for (line, item) in zip(marked, items) {
            guard case .string(let status) = item["status"],
                case .string(let finding) = item["finding"]
            else {
                Issue.record("\(item) has no status")
                continue
            }
            #expect(line.hasPrefix(words[status] ?? "?"))
            #expect(line.hasSuffix(finding))
        }
        #expect(!text.output.contains("✓"))
    }

    @Test("on a terminal that shows them, lines have symbols")
    func terminal() throws {
        let shown = try Program.shell("script -qec \"$MLSCHED check\" /dev/null")
        #expect(shown.output.contains("✓  libbpf"))
        let plain = try Program.shell("LC_ALL=C script -qec \"$MLSCHED check\" /dev/null")
        #expect(plain.output.contains(/ok +libbpf/))
        #expect(!plain.output.contains("✓"))
    }

    @Test("without privileges it works and says that they are missing")
    func unprivileged() throws {
        // Whoever is not root has none to begin with.
        let dropping = getuid() == 0 ? "setpriv --bounding-set=-all --inh-caps=-all " : ""
        let result = try Program.shell("\(dropping)$MLSCHED check")
        #expect(result.status == 2)
        #expect(
            result.output.contains(
                "MISSING  privileges               this process lacks CAP_BPF and CAP_PERFMON\n"
                    + "                                  -> run it as root"
            )
        )
    }

    @Test("OpenBLAS kernels narrower than the CPU's vectors are noted, with a remedy")
    func narrowKernels() throws {
        guard CPUVectors.bits > 128 else { return }
        let forced = try Program.run("check", environment: ["OPENBLAS_CORETYPE": "Prescott"])
        #expect(forced.output.contains("kernels for Prescott (128 bits); the CPU has"))
        #expect(forced.output.contains("-> unset OPENBLAS_CORETYPE, which is Prescott"))
        #expect(forced.output.contains("fused, since OpenBLAS's kernels are narrower"))
    }

    @Test("nobody is told to unset a setting that fits")
    func fittingKernels() throws {
        let core = CPUVectors.fittingCore ?? "Prescott"
        let forced = try Program.run("check", environment: ["OPENBLAS_CORETYPE": core])
        #expect(forced.output.contains(/ok +OpenBLAS +kernels for/))
        #expect(forced.output.contains("as OPENBLAS_CORETYPE says"))
        #expect(!forced.output.contains("unset"))
    }

    @Test("a core type that OpenBLAS does not know is noted")
    func unknownCore() throws {
        let forced = try Program.run("check", environment: ["OPENBLAS_CORETYPE": "nonsense"])
        #expect(forced.output.contains("though OPENBLAS_CORETYPE is nonsense"))
        #expect(forced.output.contains("-> unset it"))
    }

    @Test("each mismatch of OpenBLAS and CPU has its own remedy")
    func mismatches() {
        func fit(_ core: String?, _ bits: Int?, forced: String? = nil) -> CheckItem {
            BLASFit(
                core: core,
                bits: bits,
                forced: forced,
                vectors: "AVX-512",
                vectorBits: 512,
                fitting: "SkylakeX"
            ).item
        }
        #expect(fit("SkylakeX", 512).status == .ok)
        #expect(fit("neoversev1", nil).status == .ok)
        #expect(fit("skylakex", 512, forced: "SkylakeX").status == .ok)
        let old = fit("Prescott", 128)
        #expect(old.status == .note)
        #expect(old.remedy?.hasPrefix("set OPENBLAS_CORETYPE=SkylakeX, or install") == true)
        let half = fit("Haswell", 256, forced: "Haswell")
        #expect(half.remedy == "unset OPENBLAS_CORETYPE, which is Haswell")
        #expect(fit(nil, nil).finding.contains("another BLAS"))
    }

    @Test("a model that is not one, and domains that the machine has not, are missing")
    func wrongOptions() throws {
        let model = try Program.run("check", "--model", "/etc/passwd")
        #expect(model.status == 2)
        #expect(model.output.contains("MISSING  model"))
        let domains = try Program.run("check", "--domains", "0/1023")
        #expect(domains.status == 2)
        #expect(domains.output.contains("MISSING  CPU domains              CPU 1023 is not online"))
    }
}
