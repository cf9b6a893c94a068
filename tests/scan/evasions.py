#!/usr/bin/env python3
"""Writes files that try to get past a scanner, one trick a file, into a folder. None of them may pass. They do nothing worse than `echo`, and only when a loader runs them.

    evasions.py FOLDER

The name of a file begins with the verdict that it must have: block-, invalid-, inconclusive-, review-; "flag-" leaves it open, so long as it isn't PASS or REVIEW."""
import base64, bz2, gzip, io, json, lzma, os, pickle, struct, sys, tarfile, zipfile, zlib

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)


def put(name, data):
    with open(os.path.join(folder, name), "wb") as f:
        f.write(data)


def text(s):
    return b"\x8c" + bytes([len(s)]) + s.encode()


def call(module, name, *args):
    """Protocol 4: module.name(*args), args strings."""
    return b"\x80\x04" + text(module) + text(name) + b"\x93(" + b"".join(map(text, args)) + b"tR."


ECHO = b"cos\nsystem\n(S'echo polder'\ntR."
EVIL = call("os", "system", "echo polder")


def zipped(entries, method=zipfile.ZIP_STORED):
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w", method) as z:
        for name, data in entries:
            z.writestr(name, data)
    return b.getvalue()


# ---- pickles ----
put("block-text.pkl", ECHO)
put("block-protocol-4.pkl", EVIL)
put("block-no-protocol-binary.pkl", b"cposix\nsystem\nq\x00U\x04echo\x85R.")
put("block-extension.txt", EVIL)
put("block-extension.json", ECHO)
put("block-no-extension", EVIL)
put("block-pip.pkl", call("pip", "main", "install"))
put("block-resolve-name.pkl", call("pkgutil", "resolve_name", "os:system"))
put("block-uuid.pkl", call("uuid", "_get_command_stdout", "echo"))
put("block-imaplib.pkl", call("imaplib", "IMAP4_stream", "echo"))
put("block-submodule.pkl", call("os.path", "os.system", "echo"))
put("block-unknown.pkl", call("some_package.module", "function", "x"))
put("block-dotted.pkl", call("collections", "abc.sys.modules", "x"))
put("block-getattr.pkl", call("builtins", "getattr", "a", "b"))
put("block-python2.pkl", b"c__builtin__\neval\n(S'1'\ntR.")
put("block-inst.pkl", b"(S'echo'\nios\nsystem\n.")
put("block-obj.pkl", b"(cos\nsystem\nS'echo'\no.")
put("block-newobj.pkl", b"\x80\x02cos\nsystem\nX\x04\x00\x00\x00echo\x85\x81.")
put("block-newobj-ex.pkl", b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04echo\x85}\x92.")
put("block-broken-after.pkl", ECHO[:-1] + b"\xff\xff\xff")
put("block-truncated-after.pkl", EVIL[:-1])
put("block-second-stream.pkl", pickle.dumps(1) + EVIL)
put("block-second-stream-text.pkl", b"N." + ECHO)
put("block-after-newline.pkl", pickle.dumps([1]) + ECHO)
put("block-popped.pkl", b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04echo\x85R0N.")
put("block-pop-mark.pkl", b"\x80\x04(\x8c\x02os\x8c\x06system\x93\x8c\x04echo\x85R1N.")
put("block-import-only.pkl", b"\x80\x04\x8c\x0bantigravity\x8c\x03fly\x93.")
put("block-memo-mixed.pkl", b"\x80\x04\x8c\x02os\x94\x8c\x06system\x940" + b"0h\x00h\x01\x93\x8c\x04echo\x85R.")
put("block-memo-put-memoize.pkl", b"\x80\x04\x8c\x03abcq\x05\x8c\x02os\x94h\x01\x8c\x06system\x93\x8c\x04echo\x85R.")
put("block-memo-overwritten.pkl", b"\x80\x04\x8c\x04mathq\x00\x8c\x02osq\x00h\x00\x8c\x06system\x93\x8c\x04echo\x85R.")
put("block-dup.pkl", b"\x80\x04\x8c\x02os\x8c\x06system\x932\x8c\x04echo\x85R.")
put("block-build-on-class.pkl", b"ccollections\nOrderedDict\n}(S'__init__'\ncos\nsystem\nub.")
put("block-build-on-function.pkl", b"\x80\x02c_codecs\nencode\n}(X\x01\x00\x00\x00aX\x01\x00\x00\x00bub.")
put("block-setitem-on-global.pkl", b"\x80\x02ccollections\nOrderedDict\nX\x01\x00\x00\x00aX\x01\x00\x00\x00bs.")
put("block-call-of-result.pkl", b"\x80\x02cfunctools\npartial\nccollections\nOrderedDict\n\x85R)R.")
put("block-partial.pkl", b"\x80\x02cfunctools\npartial\ncos\nsystem\nX\x04\x00\x00\x00echo\x86R.")
put("block-type-makes-class.pkl", b"\x80\x02cbuiltins\ntype\nX\x01\x00\x00\x00A)}\x87R.")
put("block-codec.pkl", b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aX\x03\x00\x00\x00zip\x86R.")
put("block-reconstruct-of-function.pkl", b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncos\nsystem\nK\x00\x85C\x01b\x87R.")
put("block-ext1.pkl", b"\x80\x02\x82\x01)R.")
put("block-ext4.pkl", b"\x80\x02\x84\x01\x00\x00\x00.")
put("block-name-computed.pkl", b"\x80\x04ccollections\nOrderedDict\n)R\x8c\x06system\x93.")
put("block-name-too-long.pkl", b"\x80\x04\x8c\x02os\x8c\xc8" + b"a" * 200 + b"\x93)R.")
put("block-unicode-escape.pkl", b"V\\u006f\\u0073\nVsystem\n\x93(S'echo'\ntR.")
put("block-string-escape.pkl", b"S'\\x6f\\x73'\nS'system'\n\x93(S'echo'\ntR.")
put("block-octal-escape.pkl", b"S'\\157\\163'\nS'system'\n\x93(S'echo'\ntR.")
put("block-nested-bytes.pkl", pickle.dumps({"data": EVIL}))
put("block-nested-text.pkl", pickle.dumps({"data": ECHO}))
put("block-nested-latin1.pkl", pickle.dumps({"data": EVIL}, 2))
put("block-nested-deep.pkl", pickle.dumps([pickle.dumps([pickle.dumps([EVIL])])]))
put("block-nested-zip.pkl", pickle.dumps({"data": zipped([("a", EVIL)])}))
put("block-after-many-strings.pkl", b"\x80\x04" + b"".join(b"\x8c\x08" + b"%08d" % i + b"0" for i in range(200000)) + EVIL[2:])
put("block-far-memo.pkl", b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94" + b"K\x010" * 100000 + b"h\x00h\x01\x93\x8c\x04echo\x85R.")
put("flag-memo-huge.pkl", b"\x80\x02N" + b"r\xff\xff\xff\x7f" + b".")
put("flag-memo-missing.pkl", b"\x80\x02h\x05.")
put("flag-protocol-9.pkl", b"\x80\x09N." + ECHO)
put("invalid-frame-straddles.pkl", b"\x80\x04\x95\x03\x00\x00\x00\x00\x00\x00\x00\x8c\x04abcd.")
put("invalid-frame-too-long.pkl", b"\x80\x04\x95\xff\x00\x00\x00\x00\x00\x00\x00K\x01.")
put("block-frame-hides.pkl", b"\x80\x04\x95\x01\x00\x00\x00\x00\x00\x00\x00" + EVIL[2:])
bomb = b"\x80\x04]\x94" + b"".join(b"]\x94(" + b"h" + bytes([i]) + (b"h" + bytes([i])) * 9 + b"e" for i in range(30)) + b"."
put("inconclusive-expansion.pkl", bomb)
put("inconclusive-expansion-tuple.pkl", b"\x80\x04K\x01\x94" + b"".join(b"(" + (b"h" + bytes([i])) * 10 + b"t\x94" for i in range(30)) + b".")
put("inconclusive-trailing.pkl", pickle.dumps([1]) + b"\x00\x01\x02something else")
put("inconclusive-truncated.pkl", pickle.dumps(list(range(100)))[:-20])
put("flag-length-lies.pkl", b"\x80\x04\x8e\xff\xff\xff\xff\x00\x00\x00\x00abc.")
put("block-persistent-torch-less.pkl", b"\x80\x02X\x01\x00\x00\x00aQ" + EVIL[2:])

# ---- compressed ----
put("block-gzip.bin", gzip.compress(EVIL))
put("block-zlib.bin", zlib.compress(EVIL))
put("block-bz2.bin", bz2.compress(EVIL))
put("block-xz.bin", lzma.compress(EVIL))
put("block-lzma.bin", lzma.compress(EVIL, lzma.FORMAT_ALONE))
put("block-gzip-twice.bin", gzip.compress(gzip.compress(EVIL)))
put("block-gzip-second-member.bin", gzip.compress(pickle.dumps(1)) + gzip.compress(EVIL))
put("inconclusive-gzip-trailing.bin", gzip.compress(pickle.dumps(1)) + b"more")
put("inconclusive-gzip-truncated.bin", gzip.compress(pickle.dumps(os.urandom(5000)))[:-30])
put("inconclusive-bomb.gz", gzip.compress(gzip.compress(gzip.compress(bytes(300_000_000), 9))))

# ---- zip ----
put("block-zip.pt", zipped([("archive/data.pkl", EVIL), ("archive/version", "3")]))
put("block-zip-deflated.pt", zipped([("archive/data.pkl", EVIL)], zipfile.ZIP_DEFLATED))
put("block-zip-other-name.pt", zipped([("archive/data.pkl", pickle.dumps({})), ("archive/extra.bin", EVIL)]))
put("block-zip-in-zip.zip", zipped([("a.zip", zipped([("b.zip", zipped([("c", EVIL)], zipfile.ZIP_DEFLATED))]))]))
put("block-zip-duplicate.pt", zipped([("archive/data.pkl", EVIL), ("archive/data.pkl", pickle.dumps({}))]))
put("block-zip-leaves.zip", zipped([("../../x", b"hello")]))
put("block-zip-prefix.pt", b"some bytes" + zipped([("archive/data.pkl", EVIL)]))
put("block-zip-suffix.pt", zipped([("archive/data.pkl", EVIL)]) + b"some bytes")
put("block-zip-clean-suffix.pt", zipped([("archive/data.pkl", pickle.dumps({}))]) + b"some bytes")
good, bad = pickle.dumps({"a": 1}), EVIL
z = zipped([("archive/data.pkl", good), ("archive/version", "3\n")])
put("block-zip-local-name.pt", z.replace(b"archive/data.pkl", b"archive/xxxx.pkl", 1))
put("block-zip-flag.pt", z[:6] + b"\x01" + z[7:])
evil_zip = zipped([("archive/data.pkl", EVIL), ("archive/version", "3\n")])
at = evil_zip.rindex(b"PK\1\2")
first = evil_zip.index(b"PK\1\2")
put("block-zip-flag-encrypted.pt", evil_zip[:6] + b"\x01" + evil_zip[7:first + 8] + b"\x01" + evil_zip[first + 9:])
put("block-zip-bad-crc.pt", evil_zip[:14] + b"\0\0\0\0" + evil_zip[18:first + 16] + b"\0\0\0\0" + evil_zip[first + 20:])
put("invalid-zip-bad-crc-clean.pt", z[:14] + b"\1\0\0\0" + z[18:z.index(b"PK\1\2") + 16] + b"\1\0\0\0" + z[z.index(b"PK\1\2") + 20:])
hidden = zipped([("a", EVIL)])
hidden = hidden[:hidden.index(b"PK\1\2")]
clean = zipped([("b", good)])
d = clean.index(b"PK\1\2")
end = clean.rindex(b"PK\5\6")
put("block-zip-hidden-entry.zip", hidden + clean[:d] + clean[d:end].replace(struct.pack("<I", 0), struct.pack("<I", len(hidden)), 0) + clean[end:])
shift = len(hidden)
central = bytearray(clean[d:end]); central[42:46] = struct.pack("<I", shift)
tail = bytearray(clean[end:]); tail[16:20] = struct.pack("<I", d + shift)
put("block-zip-hidden-entry-2.zip", hidden + clean[:d] + bytes(central) + bytes(tail))
put("inconclusive-zip-encrypted.zip", bytes(bytearray(zipped([("a", os.urandom(50))]))).replace(b"PK\3\4\x14\0\0", b"PK\3\4\x14\0\1").replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"))
put("flag-zip-truncated.zip", evil_zip[:-30])
put("block-polyglot.safetensors", (lambda body: struct.pack("<Q", 66) + (b'{"a":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]}}' % (len(body), len(body))).ljust(66) + body)(evil_zip))
put("block-npy-object.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", 54) + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}\n"[:54].ljust(54) + EVIL)
put("block-npz.npz", zipped([("a.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", 60) + b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(59) + b"\n" + EVIL)]))
put("block-elf-storage.pt", zipped([("a/data.pkl", b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((X\x07\0\0\0storagectorch\nByteStorage\nX\x01\0\0\0" b"0X\x03\0\0\0cpuK\x40tQK\0K\x40\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR."),
    ("a/data/0", b"\x7fELF\x02\x01\x01" + bytes(57))]))
put("block-elf.bin", b"\x7fELF\x02\x01\x01" + bytes(200))
put("block-load-from-bytes.pkl", b"\x80\x02ctorch.storage\n_load_from_bytes\nB" + struct.pack("<I", len(EVIL)) + EVIL + b"\x85R.")
put("block-load-from-bytes-nothing.pkl", b"\x80\x02ctorch.storage\n_load_from_bytes\nB\x04\0\0\0abcd\x85R.")
put("block-torch-persistent-id.pt", zipped([("a/data.pkl", b"\x80\x02X\x04\0\0\0evilQ.")]))
put("block-rebuild-from-type.pt", zipped([("a/data.pkl", b"\x80\x02ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nctorch\nTensor\nX\x04\0\0\0echo\x85}tR.")]))

# ---- legacy PyTorch, joblib ----
magic = pickle.dumps(0x1950a86a20f9469cfc6c, 2)
legacy = magic + pickle.dumps(1001, 2) + pickle.dumps({"little_endian": True}, 2)
put("block-legacy.pt", legacy + EVIL + pickle.dumps([], 2))
put("block-legacy-seventh.pt", legacy + pickle.dumps({}, 2) + pickle.dumps([], 2) + pickle.dumps(1) * 4 + EVIL)
put("inconclusive-legacy-trailing.pt", legacy + pickle.dumps({}, 2) + pickle.dumps([], 2) + b"\x01\x02\x03")
wrapper = (b"\x80\x04\x8c\x13joblib.numpy_pickle\x8c\x11NumpyArrayWrapper\x93)\x81}(\x8c\x08subclass\x8c\x05numpy\x8c\x07ndarray\x93\x8c\x05shapeK\x01\x85\x8c\x05order\x8c\x01C\x8c\x05dtype"
           b"\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02O8\x89\x88\x87R\x8c\x0aallow_mmap\x89ub")
put("block-joblib-objects.joblib", wrapper + EVIL + b".")
put("block-joblib-objects.zlib", zlib.compress(wrapper + EVIL + b"."))

# ---- safetensors ----
def tensors(header, data=b""):
    h = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(h)) + h + data
one = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
put("invalid-hole.safetensors", tensors({"a": {**one, "data_offsets": [8, 16]}}, bytes(16)))
put("invalid-overlap.safetensors", tensors({"a": one, "b": one}, bytes(8)))
put("invalid-trailing.safetensors", tensors({"a": one}, bytes(9)))
put("invalid-short.safetensors", tensors({"a": one}, bytes(7)))
put("invalid-dtype.safetensors", tensors({"a": {**one, "dtype": "f32"}}, bytes(8)))
put("invalid-overflow.safetensors", tensors({"a": {**one, "shape": [2**63, 2**63, 0], "data_offsets": [0, 0]}}))
put("invalid-float.safetensors", tensors(b'{"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}}', bytes(8)))
put("invalid-duplicate-field.safetensors", tensors(b'{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)))
put("invalid-metadata.safetensors", tensors({"__metadata__": {"a": 1}}))
put("invalid-control.safetensors", tensors(b'{"a\x01":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)))
put("review-duplicate.safetensors", tensors(b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\\u0061":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}', bytes(8)))
put("review-unknown-field.safetensors", tensors({"a": {**one, "x": 1}}, bytes(8)))
put("review-path.safetensors", tensors({"../a": one}, bytes(8)))
