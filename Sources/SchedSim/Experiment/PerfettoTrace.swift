/// Spans as a trace that Perfetto's UI opens: a row for each CPU.
///
/// The format is a sequence of protobuf messages, `perfetto.protos.TracePacket` of
/// `protos/perfetto/trace/trace_packet.proto`; the numbers below are its fields.
public struct PerfettoTrace {
    private static let packets: UInt64 = 1
    private static let sequence: UInt64 = 1
    private static let firstTrack: UInt64 = 1000

    /// What has been written so far; it may be taken and emptied at any time.
    public var bytes: [UInt8] = []
    private let names: [String]

    /// A trace of a machine and the names of a workload's tasks.
    public init(_ machine: SimMachine, _ workload: SimWorkload) {
        names = workload.tasks.map(\.name)
        for cpu in machine.cpus.indices {
            var track = Message()
            track.add(1, Self.firstTrack + UInt64(cpu))
            track.add(2, "CPU \(cpu), domain \(machine.cpus[cpu].domain)")
            var packet = Message()
            packet.add(10, Self.sequence)
            packet.add(60, track)
            append(packet)
        }
    }

    /// Adds a span.
    ///
    /// - Precondition: its template is one of the workload's tasks.
    public mutating func add(_ span: SimSpan) {
        var begin = event(span, type: 1)
        begin.add(23, "\(names[span.template]) \(span.task)")
        append(packet(begin, at: span.from))
        append(packet(event(span, type: 2), at: span.to))
    }

    private func event(_ span: SimSpan, type: UInt64) -> Message {
        var event = Message()
        event.add(9, type)
        event.add(11, Self.firstTrack + UInt64(span.cpu))
        return event
    }

    private func packet(_ event: Message, at time: UInt64) -> Message {
        var packet = Message()
        packet.add(8, time)
        packet.add(10, Self.sequence)
        packet.add(11, event)
        return packet
    }

    private mutating func append(_ packet: Message) {
        var message = Message()
        message.add(Self.packets, packet)
        bytes += message.bytes
    }

    /// A protobuf message being written.
    private struct Message {
        var bytes: [UInt8] = []

        mutating func add(_ field: UInt64, _ value: UInt64) {
            append(field << 3)
            append(value)
        }

        mutating func add(_ field: UInt64, _ text: String) { add(field, Array(text.utf8)) }

        mutating func add(_ field: UInt64, _ message: Message) { add(field, message.bytes) }

        private mutating func add(_ field: UInt64, _ content: [UInt8]) {
            append(field << 3 | 2)
            append(UInt64(content.count))
            bytes += content
        }

        /// A number in groups of seven bits, the lowest first.
        private mutating func append(_ number: UInt64) {
            var rest = number
            while rest >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            bytes.append(UInt8(rest))
        }
    }
}
