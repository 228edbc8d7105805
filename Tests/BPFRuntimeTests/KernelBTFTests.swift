import BPFRuntime
import Glibc
import Testing

@Suite(
    .enabled(if: access("/sys/kernel/btf/vmlinux", R_OK) == 0, "this kernel was built without BTF")
)
struct KernelBTFTests {
    @Test("functions of the kernel are found by name, and nothing else is")
    func functions() throws {
        let kernel = try KernelBTF()
        let functions = ["schedule", "schedule_by_horoscope", "task_struct"]
        #expect(functions.filter { kernel.hasFunction($0) } == ["schedule"])
    }

    @Test("the scheduler's functions are there exactly where sched_ext is")
    func schedExtFunctions() throws {
        let kernel = try KernelBTF()
        let hasFunctions = kernel.hasFunction("scx_bpf_create_dsq")
        #expect(hasFunctions == (access("/sys/kernel/sched_ext", F_OK) == 0))
    }
}
