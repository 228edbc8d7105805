#!/usr/bin/env python3
"""Writes a model file that always gives the same score: constant_model.py SCORE FILE."""

import struct
import sys
import zlib
from pathlib import Path

FEATURES = ("cpu", "cpu_idle", "cpu_not_idle", "src_dom_load", "dst_dom_load")


def padded(section: bytes) -> bytes:
    """A section of the format, to a multiple of 64 bytes."""
    return section + bytes(-len(section) % 64)


def model(names: tuple[str, ...], weight: float, bias: float) -> bytes:
    """One dense layer of the same weight for all features; see ModelFormat."""
    count = len(names)
    features = b"".join(struct.pack("<24s16sff", name.encode(), b"", 0, 1) for name in names)
    layer = struct.pack("<3I2fI", count, 1, 0, 0, 0, 0)
    body = b"".join(
        map(
            padded,
            (
                features,
                layer,
                b"constant",
                struct.pack(f"<{count}f", *[weight] * count),  # weights (features, 1)
                struct.pack("<f", bias),  # bias (1)
                bytes(4 * count),  # test inputs (1, features)
                struct.pack("<f", bias),  # expected outputs (1, 1)
            ),
        )
    )

    def header(checksum: int) -> bytes:
        return struct.pack(
            "<8sIIQIIIIfI16s",
            *(b"\x89MLW\r\n\x1a\n", 1, 0x01020304, 64 + len(body), checksum),
            *(count, 1, 1, 0.5, len(b"constant"), b""),
        )

    return header(zlib.crc32(header(0) + body)) + body


if __name__ == "__main__":
    score, path, feature = float(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    # The threshold is 0.5 for both.
    path.write_bytes(
        model(tuple(feature), 1, 0.5 - score) if feature else model(FEATURES, 0, score)
    )
