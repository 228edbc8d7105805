import CLibBPF
import Glibc

/// An object file in which members of a struct_ops variable are set before it is opened.
///
/// libbpf hands the value of a struct_ops map out only since 1.4; the file's own bytes can be
/// changed with every version. This can go, for `bpf_map__initial_value`, when Debian 12 does.
public struct StructOpsImage: ~Copyable {
    /// The object file with what has been set so far.
    public private(set) var bytes: [UInt8]

    private let name: String
    private let variable: String
    private let offsets: MemberOffsets

    /// Finds a variable of the section `.struct_ops` in an object file.
    ///
    /// - Throws: `BPFError` when the file is damaged or has no such variable.
    public init(name: String, bytes: [UInt8], variable: String) throws(BPFError) {
        self.name = name
        self.bytes = bytes
        self.variable = variable
        offsets = try MemberOffsets(name: name, bytes: bytes, variable: variable)
    }

    /// Sets an integer member of the variable.
    ///
    /// - Throws: `BPFError` with `ENOENT` when there is no member of this name and `EINVAL` when
    ///   it is not as wide as `Value`.
    public mutating func set<Value: FixedWidthInteger & BitwiseCopyable>(
        _ member: String,
        to value: Value
    ) throws(BPFError) {
        try withUnsafeBytes(of: value) { (raw) throws(BPFError) in
            try set(member, bytes: Array(raw), exactly: true)
        }
    }

    /// Sets a member that is an array of characters to a text; the rest of it becomes zero.
    ///
    /// - Throws: `BPFError` with `ENOENT` when there is no member of this name and `EINVAL` when
    ///   it has no room for the text and a zero.
    public mutating func set(_ member: String, to text: String) throws(BPFError) {
        try set(member, bytes: text.utf8 + [0], exactly: false)
    }

    private mutating func set(
        _ member: String,
        bytes value: [UInt8],
        exactly: Bool
    ) throws(BPFError) {
        guard let place = offsets[member] else {
            throw BPFError(operation: "find member \(member) of", name: variable, errno: ENOENT)
        }
        guard exactly ? value.count == place.size : value.count <= place.size,
            place.offset + place.size <= bytes.count
        else {
            throw BPFError(operation: "set member \(member) of", name: variable, errno: EINVAL)
        }
        let padding = [UInt8](repeating: 0, count: place.size - value.count)
        bytes.replaceSubrange(place.offset..<place.offset + place.size, with: value + padding)
    }
}

/// Where the members of a struct_ops variable lie in its object file.
private struct MemberOffsets {
    private var places: [String: (offset: Int, size: Int)] = [:]

    subscript(member: String) -> (offset: Int, size: Int)? { places[member] }

    init(name: String, bytes: [UInt8], variable: String) throws(BPFError) {
        guard let section = Self.section(".struct_ops", in: bytes) else {
            throw BPFError(operation: "find section .struct_ops of", name: name, errno: ENOENT)
        }
        let btf = bytes.withUnsafeBytes { raw in
            Self.section(".BTF", in: bytes).flatMap { range in
                btf__new(raw.baseAddress.map { $0 + range.lowerBound }, UInt32(range.count))
            }
        }
        guard let btf else {
            throw BPFError(operation: "read the types of", name: name, errno: EINVAL)
        }
        defer { btf__free(btf) }
        let id = btf__find_by_name_kind(btf, ".struct_ops", Self.dataSection)
        guard id > 0, let place = Self.find(variable, inSection: UInt32(id), of: btf) else {
            throw BPFError(operation: "find variable \(variable) of", name: name, errno: ENOENT)
        }
        places = Self.members(of: place.type, of: btf, from: section.lowerBound + place.offset)
    }

    /// `BTF_KIND_DATASEC` of linux/btf.h, which is declared twice and so ambiguous here.
    private static let dataSection: UInt32 = 15

    private static func find(
        _ variable: String,
        inSection id: UInt32,
        of btf: OpaquePointer
    ) -> (type: UInt32, offset: Int)? {
        guard let section = btf__type_by_id(btf, id), let infos = btf_var_secinfos(section) else {
            return nil
        }
        for index in 0..<Int(btf_vlen(section)) {
            guard let type = btf__type_by_id(btf, infos[index].type),
                string(btf, type.pointee.name_off) == variable
            else { continue }
            return (type.pointee.type, Int(infos[index].offset))
        }
        return nil
    }

    private static func members(
        of id: UInt32,
        of btf: OpaquePointer,
        from start: Int
    ) -> [String: (offset: Int, size: Int)] {
        guard let type = btf__type_by_id(btf, id), let members = btf_members(type) else {
            return [:]
        }
        var places: [String: (offset: Int, size: Int)] = [:]
        for index in 0..<Int(btf_vlen(type)) {
            let member = members[index]
            let size = btf__resolve_size(btf, member.type)
            places[string(btf, member.name_off)] = (start + Int(member.offset / 8), Int(size))
        }
        return places
    }

    private static func string(_ btf: OpaquePointer, _ offset: UInt32) -> String {
        btf__name_by_offset(btf, offset).map { String(cString: $0) } ?? ""
    }

    /// The bytes of a section of a 64-bit ELF file; nil when it has none of this name.
    private static func section(_ name: String, in bytes: [UInt8]) -> Range<Int>? {
        guard let table = integer(UInt64.self, at: 40, in: bytes),
            let entrySize = integer(UInt16.self, at: 58, in: bytes),
            let count = integer(UInt16.self, at: 60, in: bytes),
            let namesIndex = integer(UInt16.self, at: 62, in: bytes),
            let names = range(Int(table) + Int(namesIndex) * Int(entrySize), in: bytes)
        else { return nil }
        for index in 0..<Int(count) {
            let header = Int(table) + index * Int(entrySize)
            guard let nameOffset = integer(UInt32.self, at: header, in: bytes),
                let contents = range(header, in: bytes),
                names.contains(names.lowerBound + Int(nameOffset))
            else { continue }
            let text = bytes[(names.lowerBound + Int(nameOffset))...].prefix { $0 != 0 }
            if text.elementsEqual(name.utf8) { return contents }
        }
        return nil
    }

    /// Where a section header says that its contents are.
    private static func range(_ header: Int, in bytes: [UInt8]) -> Range<Int>? {
        guard let offset = integer(UInt64.self, at: header + 24, in: bytes),
            let size = integer(UInt64.self, at: header + 32, in: bytes),
            offset <= bytes.count, size <= UInt64(bytes.count) - offset
        else { return nil }
        return Int(offset)..<Int(offset + size)
    }

    private static func integer<Value: FixedWidthInteger & BitwiseCopyable>(
        _ type: Value.Type,
        at offset: Int,
        in bytes: [UInt8]
    ) -> Value? {
        guard offset >= 0, offset <= bytes.count - MemoryLayout<Value>.size else { return nil }
        return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }
}
