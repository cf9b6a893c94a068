"""What the makers of test files have in common: parts of pickles, archives, Protocol Buffers, tensors."""
import io, json, struct, tarfile, zipfile


def text(s):
    """SHORT_BINUNICODE"""
    s = s.encode()
    return b"\x8c" + bytes([len(s)]) + s


def name(module, n):
    """STACK_GLOBAL"""
    return text(module) + text(n) + b"\x93"


def call(module, n, *args):
    """Protocol 4: module.n(*args), args strings."""
    return b"\x80\x04" + name(module, n) + b"(" + b"".join(map(text, args)) + b"tR."


ECHO = b"cos\nsystem\n(S'echo polder'\ntR."
EVIL = call("os", "system", "echo polder")


def zipped(entries, method=zipfile.ZIP_STORED):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", method) as z:
        for n, data in entries:
            z.writestr(n, data)
    return b.getvalue()


def tarred(entries, mode="w"):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode=mode) as t:
        for n, data in entries:
            info = tarfile.TarInfo(n)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return b.getvalue()


def varint(n):
    out = b""
    while n > 127:
        out, n = out + bytes([n & 127 | 128]), n >> 7
    return out + bytes([n])


def field(number, value):
    """A field of a Protocol Buffers message: a number, or text, bytes or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def node(n, op, *attributes):
    return field(1, n) + field(2, op) + b"".join(field(5, field(1, k) + field(2, v)) for k, v in attributes)


def npy(descr, shape, data, version=1):
    head = b"{'descr': %s, 'fortran_order': False, 'shape': %s, }" % (descr.encode(), shape.encode())
    head += b" " * (-(len(head) + 11) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H" if version == 1 else "<I", len(head)) + head + data


def tensors(header, data=b""):
    h = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(h)) + h + data


def gguf(*keys, infos=b"", n=0, version=3):
    s = lambda x: struct.pack("<Q", len(x.encode())) + x.encode()
    return b"GGUF" + struct.pack("<IQQ", version, n, len(keys)) + b"".join(s(k) + struct.pack("<I", t) + (s(v) if t == 8 else v) for k, t, v in keys) + infos


def keras(config, more=()):
    return zipped([("metadata.json", b"{}"), ("config.json", json.dumps(config).encode()), *more])
