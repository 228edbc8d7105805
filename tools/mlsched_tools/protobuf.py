"""A reader of protocol buffers that knows the wire format alone.

Enough for ONNX and SavedModel files, whose own libraries are large; messages are parsed one level
at a time, so nothing in a file can make it recurse.
"""

import struct

from .errors import ModelError
from .guards import charge

MAX_FIELDS = 200_000
# What Python's objects for a field and for a message take, and how many fields are counted at once.
FIELD, MESSAGE, COUNTED = 150, 400, 4096


class Message:
    """The fields of one message by number; every accessor refuses another wire type."""

    def __init__(self, data: bytes | memoryview) -> None:
        self._fields: dict[int, list[int | memoryview]] = {}
        view, position = memoryview(data), 0
        count = 0
        while position < len(view):
            key, position = _varint(view, position)
            value, position = _value(view, position, key & 7)
            self._fields.setdefault(key >> 3, []).append(value)
            count += 1
            if count % COUNTED == 0:
                charge(COUNTED * FIELD, "fields of a message")
            if count > MAX_FIELDS:
                raise ModelError(f"a message has more than {MAX_FIELDS} fields")

    def __contains__(self, number: int) -> bool:
        return number in self._fields

    @property
    def numbers(self) -> set[int]:
        """Which fields there are."""
        return set(self._fields)

    def blobs(self, number: int) -> list[memoryview]:
        """A repeated field of bytes, strings or messages."""
        values = self._fields.get(number, [])
        if not all(isinstance(value, memoryview) for value in values):
            raise ModelError(f"field {number} of a message is a number instead of bytes")
        return values

    def blob(self, number: int) -> bytes:
        """An optional field of bytes; the last one counts."""
        values = self.blobs(number)
        return bytes(values[-1]) if values else b""

    def text(self, number: int) -> str:
        """An optional string."""
        return self.blob(number).decode("utf-8", "replace")

    def texts(self, number: int) -> list[str]:
        """A repeated string."""
        return [bytes(value).decode("utf-8", "replace") for value in self.blobs(number)]

    def message(self, number: int) -> "Message":
        """An optional message, empty where it is missing."""
        return Message(self.blob(number))

    def messages(self, number: int) -> list["Message"]:
        """A repeated message."""
        blobs = self.blobs(number)
        charge(MESSAGE * len(blobs), "messages in a message")
        return [Message(value) for value in blobs]

    def unsigned(self, number: int, default: int = 0) -> int:
        """An optional unsigned number or a fixed-width number's bits."""
        values = self._fields.get(number, [default])
        if not isinstance(values[-1], int):
            raise ModelError(f"field {number} of a message holds bytes instead of a number")
        return values[-1]

    def integer(self, number: int, default: int = 0) -> int:
        """An optional signed number (int32 or int64)."""
        return _signed(self.unsigned(number, default % (1 << 64)))

    def integers(self, number: int) -> list[int]:
        """A repeated signed number, packed or not."""
        result: list[int] = []
        for value in self._fields.get(number, []):
            if isinstance(value, int):
                result.append(_signed(value))
                continue
            position = 0
            while position < len(value):
                item, position = _varint(value, position)
                result.append(_signed(item))
        return result

    def float32(self, number: int, default: float = 0.0) -> float:
        """An optional float."""
        if number not in self._fields:
            return default
        return struct.unpack("<f", struct.pack("<I", self.unsigned(number) & 0xFFFFFFFF))[0]

    def packed(self, number: int, size: int) -> bytes:
        """The bytes of a repeated fixed-width number of `size` bytes, packed or not."""
        parts = []
        for value in self._fields.get(number, []):
            parts.append(value.to_bytes(8, "little")[:size] if isinstance(value, int) else value)
        return b"".join(parts)


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def _varint(view: memoryview, position: int) -> tuple[int, int]:
    value = shift = 0
    while shift < 70:
        if position >= len(view):
            raise ModelError("a message ends in the middle of a number: the file is cut")
        byte = view[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position
        shift += 7
    raise ModelError("a message has a number of more than 10 bytes: the file is damaged")


def _value(view: memoryview, position: int, wire: int) -> tuple[int | memoryview, int]:
    if wire == 0:
        return _varint(view, position)
    if wire == 2:
        length, position = _varint(view, position)
    elif wire in (1, 5):
        length = 8 if wire == 1 else 4
    else:
        raise ModelError(f"a message has a field of wire type {wire}: the file is damaged")
    end = position + length
    if end > len(view):
        raise ModelError(f"a message promises {length} bytes and has {len(view) - position}")
    value = view[position:end]
    return (value if wire == 2 else int.from_bytes(value, "little")), end
