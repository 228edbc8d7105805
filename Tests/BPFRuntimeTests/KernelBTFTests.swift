import BPFRuntime
import CLibBPF
import Glibc
import Testing

@Suite(
    .enabled(if: access("/sys/kernel/btf/vmlinux", R_OK) == 0, "this kernel was built without BTF")
)
struct KernelBTFTests {
    @Test("functions, structs and members of the kernel are found by name")
    func functionsAndStructs() throws {
        let kernel = try KernelBTF()
        let functions = ["schedule", "schedule_by_horoscope", "task_struct"]
        #expect(functions.filter { kernel.hasFunction($0) } == ["schedule"])
        let structs = ["task_struct", "schedule", "no_such_struct"]
        #expect(structs.filter { kernel.hasStruct($0) } == ["task_struct"])
        let members = ["comm", "com", ""]
        #expect(members.filter { kernel.hasMember($0, inStruct: "task_struct") } == ["comm"])
        let owners = ["no_such_struct", "schedule"]
        #expect(owners.filter { kernel.hasMember("comm", inStruct: $0) } == [])
    }

    @Test("enumerators have the values of the kernel's headers")
    func enumerators() throws {
        let kernel = try KernelBTF()
        let found = kernel.enumerator("BPF_MAP_TYPE_RINGBUF", inEnum: "bpf_map_type")
        #expect(found == UInt64(BPF_MAP_TYPE_RINGBUF.rawValue))
        let absent = kernel.enumerator("BPF_MAP_TYPE_NONE", inEnum: "bpf_map_type")
        #expect(absent == nil)
        let nowhere = kernel.enumerator("BPF_MAP_TYPE_RINGBUF", inEnum: "no_such_enum")
        #expect(nowhere == nil)
    }

    @Test("the scheduler's types are there exactly where sched_ext is")
    func schedExtTypes() throws {
        let kernel = try KernelBTF()
        let hasTypes = kernel.hasStruct("sched_ext_ops")
        #expect(hasTypes == (access("/sys/kernel/sched_ext", F_OK) == 0))
    }
}
