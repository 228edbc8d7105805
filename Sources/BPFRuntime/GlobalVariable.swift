import CLibBPF
import Glibc

/// Where a global variable of an object lies.
struct GlobalVariable {
    /// Name of the section, which is also the name of its map: `.rodata`, `.data`, `.bss`.
    let section: String
    /// Bytes from the start of the section.
    let offset: Int
    /// Bytes of the variable.
    let byteCount: Int

    /// Looks a variable up in the object's type information.
    ///
    /// - Throws: `BPFError` with `ENOENT` when there is none; `static` ones have no place that
    ///   libbpf knows.
    init(_ name: String, of object: OpaquePointer) throws(BPFError) {
        if let types = bpf_object__btf(object) {
            for identifier in 1..<btf__type_cnt(types) {
                guard let type = btf__type_by_id(types, identifier), btf_is_datasec(type),
                    let found = Self(name, in: type, of: types)
                else {
                    continue
                }
                self = found
                return
            }
        }
        throw BPFError(operation: "find the variable", name: name, errno: ENOENT)
    }

    private init?(_ name: String, in section: UnsafePointer<btf_type>, of types: OpaquePointer) {
        guard let sectionName = btf__name_by_offset(types, section.pointee.name_off),
            let entries = btf_var_secinfos(section)
        else {
            return nil
        }
        // SAFETY: BTF of an opened object has been checked: a section has `btf_vlen` entries, and
        // each refers to a variable.
        for entry in UnsafeBufferPointer(start: entries, count: Int(btf_vlen(section))) {
            guard let variable = btf__type_by_id(types, entry.type), btf_is_var(variable),
                let text = btf__name_by_offset(types, variable.pointee.name_off),
                strcmp(text, name) == 0,
                btf_var(variable).pointee.linkage == UInt32(BTF_VAR_GLOBAL_ALLOCATED)
            else {
                continue
            }
            self.section = String(cString: sectionName)
            offset = Int(entry.offset)
            byteCount = Int(entry.size)
            return
        }
        return nil
    }
}
