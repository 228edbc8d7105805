/// The model file format, `.mlw`, versions 1 and 2.
///
/// A chain of dense layers, the meaning of its inputs, and the proof that a reader computes what
/// the writer meant. Little-endian; numbers are IEEE 754 binary32 unless stated. The file is a
/// sequence of sections, each starting at a multiple of 64 bytes; the bytes between them are zero.
/// There are no offsets in the file: every place follows from the counts in the header and the
/// shapes of the layers, and the file's size must be exactly the one that they add up to.
///
/// **Header**, 64 bytes:
///
/// | at | type | field |
/// |---|---|---|
/// | 0 | 8 bytes | magic `89 4D 4C 57 0D 0A 1A 0A`, that is `\x89MLW\r\n\x1a\n`: like PNG's it shows a transfer that strips bit 7 or converts line ends |
/// | 8 | u32 | format version: 1, or 2 where a layer has one of the activations from 9 on |
/// | 12 | u32 | byte order mark, 0x01020304 |
/// | 16 | u64 | size of the file in bytes |
/// | 24 | u32 | CRC-32 (IEEE 802.3, as in zlib) of the whole file, taken with this field as zero |
/// | 28 | u32 | features `F`, 1–4096 |
/// | 32 | u32 | layers `L`, 1–1024 |
/// | 36 | u32 | test vectors `T`, 1–65536 |
/// | 40 | f32 | decision threshold, finite: the answer is yes where the output is greater |
/// | 44 | u32 | provenance `P` in bytes, 0–65536 |
/// | 48 | 16 bytes | reserved, zero |
///
/// **Features**, `F` records of 48 bytes, in the order of the network's inputs:
///
/// | at | type | field |
/// |---|---|---|
/// | 0 | 24 bytes | name, `[a-z0-9_]+`, padded by NUL; unique, except `zero` |
/// | 24 | 16 bytes | unit, UTF-8, padded by NUL; may be empty |
/// | 40 | f32 | offset, finite |
/// | 44 | f32 | scale, finite: the network's input is `(raw − offset) · scale` |
///
/// An input that only fills the network's width is named `zero`; its raw value is always 0.
///
/// **Layers**, `L` records of 24 bytes, first to last:
///
/// | at | type | field |
/// |---|---|---|
/// | 0 | u32 | inputs, 1–65536: `F` for the first layer, then the outputs of the one before |
/// | 4 | u32 | outputs, 1–65536 |
/// | 8 | u32 | activation: 0 identity, 1 relu, 2 sigmoid, 3 tanh, 4 leaky_relu (slope alpha), 5 elu (alpha), 6 softplus, 7 swish, 8 hard_sigmoid, clip(alpha·x + beta, 0, 1); since version 2: 9 gelu by the error function, 10 gelu by tanh, 11 hard_swish, x · clip(alpha·x + beta, 0, 1), 12 mish, 13 softmax over the row, of the last layer alone |
/// | 12 | f32 | alpha, finite; 0 where unused |
/// | 16 | f32 | beta, finite; 0 where unused |
/// | 20 | u32 | reserved, zero |
///
/// **Provenance**, `P` bytes of UTF-8: where the weights come from, for people.
///
/// **Parameters**, for each layer two sections, finite numbers: weights `(inputs, outputs)`,
/// row-major, for `y = x · W + b`; then bias `(outputs)`. Both can be used in place: rows of
/// weights go to GEMM as they are, and the bias fills whole vectors of 16 elements.
///
/// **Test vectors**, two sections, finite numbers: inputs `(T, F)`, row-major, raw feature
/// values; then the expected outputs `(T, outputs of the last layer)`, computed independently in
/// binary64. A reader evaluates them and refuses the file unless
/// `|y − expected| ≤ 1e-5 · max(1, |expected|)` for every element.
///
/// The version changes with every change that a reader of this version would misread or refuse; a
/// writer gives a file the oldest version that can hold it.
/// A file of more than 256 MiB is refused, so that no path given by mistake can exhaust memory.
public enum ModelFormat {
    /// The format versions that this module reads.
    public static let versions: ClosedRange<UInt32> = 1...2

    /// The first version that knows an activation.
    static func version(of activation: Activation) -> UInt32 { activation.code > 8 ? 2 : 1 }

    /// The largest file that is read, in bytes.
    public static let maximumByteCount = 256 << 20
    /// Every section starts at a multiple of this many bytes.
    public static let alignment = 64

    /// The first eight bytes of a file, as a little-endian number.
    static let magic: UInt64 = 0x0A1A_0A0D_574C_4D89
    static let byteOrderMark: UInt32 = 0x0102_0304
    static let headerSize = 64
    static let checksumOffset = 24
    static let featureSize = 48
    static let layerSize = 24

    static let featureCounts: ClosedRange<UInt64> = 1...4096
    static let layerCounts: ClosedRange<UInt64> = 1...1024
    static let testVectorCounts: ClosedRange<UInt64> = 1...65536
    static let provenanceSizes: ClosedRange<UInt64> = 0...65536
    static let widths: ClosedRange<UInt64> = 1...65536

    /// The next multiple of the alignment.
    static func align(_ offset: Int) -> Int { (offset + alignment - 1) & ~(alignment - 1) }
}

#if _endian(big)
#error("weights are used in place, so the machine has to be little-endian like the file")
#endif
