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


def model(score: float) -> bytes:
    """One dense layer without weights, whose bias is the score; see ModelFormat."""
    count = len(FEATURES)
    features = b"".join(struct.pack("<24s16sff", name.encode(), b"", 0, 1) for name in FEATURES)
    layer = struct.pack("<3I2fI", count, 1, 0, 0, 0, 0)
    body = b"".join(
        map(
            padded,
            (
                features,
                layer,
                b"constant",
                bytes(4 * count),  # weights (5, 1)
                struct.pack("<f", score),  # bias (1)
                bytes(4 * count),  # test inputs (1, 5)
                struct.pack("<f", score),  # expected outputs (1, 1)
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
    Path(sys.argv[2]).write_bytes(model(float(sys.argv[1])))
