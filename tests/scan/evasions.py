#!/usr/bin/env python3
"""Writes files that try to get past a scanner, one trick a file, into a folder. None of them may pass. They do nothing worse than `echo`, and only when a loader runs them.

    evasions.py FOLDER

The name of a file begins with the verdict that it must have: block-, invalid-, inconclusive-, review-; "flag-" leaves it open, so long as it isn't PASS or REVIEW."""
import base64, bz2, gzip, io, json, lzma, os, pickle, struct, sys, tarfile, zipfile, zlib

from made import field, node, varint

folder = sys.argv[1]
os.makedirs(folder)


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

# ---- archives, configurations, templates ----
def tarred(entries, mode="w"):
    b = io.BytesIO()
    with tarfile.open(fileobj=b, mode=mode) as t:
        for name, data, *kind in entries:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            if kind:
                info.type, info.linkname = kind
                info.size = 0
            t.addfile(info, io.BytesIO(data))
    return b.getvalue()


put("block-tar.tar", tarred([("model.bin", EVIL)]))
put("block-tar.tar.xz", tarred([("a/b/model.bin", EVIL)], "w:xz"))
put("block-tar-long-name.tar", tarred([("x" * 300, EVIL)]))
put("block-tar-leaves.tar", tarred([("../x", b"hello")]))
put("block-tar-link-leaves.tar", tarred([("x", b"", tarfile.SYMTYPE, "../../etc/passwd")]))
put("inconclusive-tar-link.tar", tarred([("x", b"", tarfile.SYMTYPE, "y")]))
put("block-tar-polyglot.tar", (lambda t: t[:148] + b"%06o\0 " % (sum(t[:512]) - sum(t[148:156]) + 8 * 32) + t[156:])(ECHO.ljust(100, b"\0") + tarred([("a", b"hello")])[100:]))
put("inconclusive-tar-after-end.tar", tarred([("a", b"hello")]) + tarred([("b", EVIL)]))
put("block-auto-map.json", json.dumps({"model_type": "x", "auto_map": {"AutoModel": "modeling_x.Model"}}).encode())
put("block-auto-map-duplicate.json", b'{"auto_map": {"AutoModel": "evil--modeling_x.Model"}, "auto_map": {}}')
put("block-auto-map-escaped.json", b'{"a": 1, "\\u0061uto_map": {"AutoModel": "modeling_x.Model"}}')
put("block-trust.json", b'{"trust_remote_code": true}')
put("block-custom-pipelines.json", b'{"custom_pipelines": {"x": {"impl": "x.Pipeline", "pt": ["AutoModel"]}}}')
put("block-diffusers.json", b'{"_class_name": "X", "_diffusers_version": "0.30", "unet": ["my_module", "UNet"]}')
put("block-no-name-json.bin", b'{"auto_map": {"AutoModel": "modeling_x.Model"}}')
put("invalid-json.json", b'{"a": 1, "b": }')
TEMPLATES = {
    "class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attr": "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
    "cycler": "{{ cycler.next.__globals__.os.popen('id').read() }}",
    "lipsum": "{% for x in (1,) %}{{ lipsum['__glob' ~ 'als__'] }}{% endfor %}",
    "statement": "{% import 'x' as y %}",
    "in-list": "{{ messages | map(attribute='__class__') | list }}",
    "range": "{{ self._TemplateReference__context }}",
}
for name, template in TEMPLATES.items():
    put(f"block-template-{name}.json", json.dumps({"chat_template": template}).encode())
    put(f"block-template-{name}.jinja", template.encode())
put("block-template-list.json", json.dumps({"chat_template": [{"name": "default", "template": TEMPLATES["class"]}]}).encode())
def gguf(*keys, tensors=b"", n=0, version=3):
    s = lambda x: struct.pack("<Q", len(x)) + x.encode()
    return b"GGUF" + struct.pack("<IQQ", version, n, len(keys)) + b"".join(s(k) + struct.pack("<I", t) + (s(v) if t == 8 else v) for k, t, v in keys) + tensors
put("block-template.gguf", gguf(("tokenizer.chat_template", 8, TEMPLATES["class"])))
put("block-template-named.gguf", gguf(("tokenizer.chat_template.tool_use", 8, TEMPLATES["cycler"])))
put("invalid-key-twice.gguf", gguf(("a", 0, b"1"), ("a", 0, b"1")))
put("invalid-alignment.gguf", gguf(("general.alignment", 4, struct.pack("<I", 33))))
put("invalid-nested-array.gguf", gguf(("a", 9, struct.pack("<IQ", 9, 1))))
put("invalid-shape-wraps.gguf", gguf(n=1, tensors=struct.pack("<Q", 1) + b"t" + struct.pack("<IQQIQ", 2, 2**32, 2**32, 0, 0)))
put("review-bool.gguf", gguf(("a", 7, b"\2")))
put("inconclusive-truncated.gguf", gguf(n=1, tensors=struct.pack("<Q", 1) + b"t" + struct.pack("<IQIQ", 1, 64, 0, 0)))
put("inconclusive-trailing.gguf", gguf() + b"\0" * 32 + b"more")
put("inconclusive-version.gguf", gguf(version=1))

# ---- Protocol Buffers: ONNX, TensorFlow, CoreML ----
def onnx(graph, more=b""):
    return field(1, 8) + field(2, "pytorch") + field(7, graph) + field(8, field(2, 15)) + more


def external(location):
    return field(1, 4) + field(2, 1) + field(8, "w") + field(13, field(1, "location") + field(2, location)) + field(14, 1)


put("block-leaves.onnx", onnx(field(2, "g") + field(5, external("../../etc/passwd"))))
put("block-absolute.onnx", onnx(field(2, "g") + field(5, external("/etc/passwd"))))
put("block-backslash.onnx", onnx(field(2, "g") + field(5, external("..\\x"))))
put("block-subgraph.onnx", onnx(field(2, "g") + field(1, field(4, "If") + field(5, field(1, "then_branch") + field(6, field(2, "t") + field(5, external("../x")))))))
put("block-attribute.onnx", onnx(field(2, "g") + field(1, field(4, "Constant") + field(5, field(1, "value") + field(5, external("../x"))))))
put("block-sparse.onnx", onnx(field(2, "g") + field(15, field(1, external("../x")))))
put("block-training.onnx", onnx(field(2, "g"), field(20, field(1, field(2, "i") + field(5, external("../x"))))))
put("block-function.onnx", onnx(field(2, "g"), field(25, field(1, "f") + field(7, field(4, "Constant") + field(5, field(5, external("../x")))))))
put("block-external-key.onnx", onnx(field(2, "g") + field(5, field(8, "w") + field(13, field(1, "location") + field(2, "w.bin")) + field(13, field(1, "__class__") + field(2, "x")) + field(14, 1))))
put("review-domain.onnx", onnx(field(2, "g") + field(1, field(4, "Evil") + field(7, "evil.ops"))))
put("inconclusive-unknown-field.onnx", onnx(field(2, "g") + field(99, b"hidden")))


def saved(graph):
    return field(1, 1) + field(2, field(1, field(4, "serve")) + field(2, graph))


write_file = field(1, node("x", "WriteFile"))
put("block-frozen.pb", field(1, node("a", "Const")) + write_file)
put("block-saved.pb", saved(write_file))
put("block-saved-read.pb", saved(field(1, node("x", "ReadFile"))))
put("block-saved-pyfunc.pb", saved(field(1, node("x", "PyFunc"))))
put("block-saved-function.pb", saved(field(1, node("a", "Const")) + field(2, field(1, field(1, field(1, "f")) + field(3, node("x", "WriteFile"))))))
put("block-saved-named-function.pb", saved(field(1, node("a", "WriteFile")) + field(2, field(1, field(1, field(1, "WriteFile")) + field(3, node("x", "Relu"))))))
put("block-saved-constant.pb", saved(field(1, node("a", "Const", ("value", field(8, field(1, 7) + field(8, write_file)))))))
put("block-saved-content.pb", saved(field(1, node("a", "Const", ("value", field(8, field(1, 4) + field(4, write_file)))))))
put("review-saved-unknown.pb", saved(field(1, node("x", "MyOwnOperator"))))
put("review-custom.mlmodel", field(1, 4) + field(2, field(1, b"")) + field(555, field(10, "Evil")))
put("review-custom-layer.mlmodel", field(1, 4) + field(2, field(1, b"")) + field(500, field(1, field(1, "x") + field(500, field(10, "Evil")))))

# ---- Keras ----
def keras(layer, name="config.json"):
    config = {"module": "keras", "class_name": "Sequential", "config": {"name": "s", "layers": [layer]}, "registered_name": None}
    return zipped([("metadata.json", b"{}"), (name, json.dumps(config).encode())])


put("block-lambda.keras", keras({"module": "keras.layers", "class_name": "Lambda", "config": {"function": {"class_name": "__lambda__", "config": {"code": "4wAA"}}}}))
put("block-module.keras", keras({"module": "os", "class_name": "system", "config": {"command": "echo"}}))
put("block-module-numpy.keras", keras({"module": "numpy", "class_name": "load", "config": {"file": "x"}}))
put("block-get-file.keras", keras({"module": "keras.utils", "class_name": "get_file", "config": {"origin": "http://example.org/x"}}))
put("block-unsafe.keras", keras({"module": "keras.config", "class_name": "enable_unsafe_deserialization", "config": {}}))
put("block-src-unsafe.keras", keras({"module": "keras.src.saving.serialization_lib", "class_name": "enable_unsafe_deserialization", "config": {}}))
put("block-torch-wrapper.keras", keras({"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {"module": "UEsD"}}))
put("block-vocabulary.keras", keras({"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}}))
put("review-custom.keras", keras({"module": None, "class_name": "Mine", "config": {}, "registered_name": "package>Mine"}))
try:
    import h5py, numpy

    def hdf5(fill):
        b = io.BytesIO()
        with h5py.File(b, "w") as f:
            fill(f)
        return b.getvalue()

    def virtual(f):
        layout = h5py.VirtualLayout(shape=(4,), dtype="i4")
        layout[:] = h5py.VirtualSource("/etc/passwd", "x", shape=(4,))
        f.create_virtual_dataset("v", layout)

    def many(f):
        g = f.create_group("g", track_order=True)
        for i in range(50):
            g[f"l{i}"] = h5py.SoftLink("/x") if i != 33 else h5py.ExternalLink("/etc/passwd", "/")

    lambda_config = json.dumps({"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {"function": ["4wAA", None, None]}}]}})
    put("block-external-link.h5", hdf5(lambda f: f.__setitem__("x", h5py.ExternalLink("/etc/passwd", "/"))))
    put("block-external-storage.h5", hdf5(lambda f: f.create_dataset("x", (4,), "u1", external=[("/etc/passwd", 0, 4)])))
    put("block-virtual.h5", hdf5(virtual))
    put("block-link-among-many.h5", hdf5(many))
    put("block-lambda.h5", hdf5(lambda f: f.attrs.__setitem__("model_config", lambda_config)))
    put("block-lambda-fixed.h5", hdf5(lambda f: f.attrs.__setitem__("model_config", numpy.bytes_(lambda_config))))
    put("block-lambda-deep.h5", hdf5(lambda f: f.create_group("a/b/c").attrs.__setitem__("x", lambda_config)))
    put("block-lambda-userblock.h5", (lambda d: d)(hdf5(lambda f: f.attrs.__setitem__("model_config", lambda_config))))
    put("inconclusive-vast.h5", hdf5(lambda f: f.create_dataset("x", (2**40,), "f8", chunks=(2**20,))))
    put("block-weights-external.keras", zipped([("metadata.json", b"{}"), ("config.json", b"{}"), ("model.weights.h5", hdf5(lambda f: f.__setitem__("x", h5py.ExternalLink("/etc/passwd", "/"))))]))
except ImportError as e:
    print(f"evasions.py: without HDF5: {e}", file=sys.stderr)

# ---- R, Python, others ----
XDR = b"X\n" + struct.pack(">III", 2, 0x030500, 0x020300)
sym = lambda s: struct.pack(">III", 1, 9 | 1 << 18, len(s)) + s
promise = struct.pack(">I", 5 | 1 << 10) + struct.pack(">II", 253, 252) + struct.pack(">I", 6) + sym(b"system") + struct.pack(">I", 2) + struct.pack(">III", 16, 1, 9) + struct.pack(">I", 4) + b"echo" + struct.pack(">I", 254)
put("block-promise.rds", gzip.compress(XDR + promise))
put("block-promise-in-list.rds", XDR + struct.pack(">II", 19, 1) + promise)
put("invalid-type.rds", XDR + struct.pack(">I", 77))
put("inconclusive-ascii.rds", b"A\n2\n197888\n131840\n13\n1\n5\n")
put("block-code.py", b"import os\nos.system('echo polder')\n")
put("block-code-no-name", b"# a comment\n\nfrom subprocess import run\nrun(['echo'])\n")
put("block-code-exec.txt", b"import base64\nexec(base64.b64decode('cHJpbnQoMSk='))\n")
put("review-script", b"#!/bin/sh\necho polder\n")
put("inconclusive-random.bin", bytes((i * 7919 >> 3) & 255 for i in range(1000)))
put("inconclusive-rar.rar", b"Rar!\x1a\x07\x01\x00" + bytes(50))
put("inconclusive-zeros.bin", bytes(1000))

# ---- calls without a call ----
put("block-append-attribute.pkl", b"\x80\x02ccollections\nOrderedDict\n)R}X\x06\0\0\0appendctorch.storage\n_load_from_bytes\nsbX\x01\0\0\0aa.")
put("block-setstate-attribute.pkl", b"\x80\x02ccollections\nOrderedDict\n)R}X\x0c\0\0\0__setstate__ctorch.storage\n_load_from_bytes\nsbX\x01\0\0\0ab.")
put("block-setstate-spelled.pkl", b"\x80\x02ccollections\nOrderedDict\n)R}cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x03\0\0\0S12\x85RX\x0c\0\0\0__setstate__\x86Rctorch.storage\n_load_from_bytes\nsbX\x01\0\0\0ab.")
put("block-length-as-argument.pkl", b"\x80\x02cbuiltins\nbytearray\nJ\xff\xff\xff\x7f\x85R.")
put("block-range-as-argument.pkl", b"\x80\x02cbuiltins\nlist\ncbuiltins\nrange\nJ\xff\xff\xff\x7f\x85R\x85R.")
put("block-distribution.pkl", b"\x80\x02cscipy.stats._continuous_distns\nnorm_gen\n)\x81}X\x12\0\0\0_parse_arg_templateX\x01\0\0\0xsb.")
numbers = b"cos\nsystem\n(S'echo polder'\ntR."
two_readings = (b"\x80\x03cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x08\0\0\0subclasscnumpy\nndarray\nX\x05\0\0\0shapeK%c\x85X\x05\0\0\0orderX\x01\0\0\0CX\x05\0\0\0dtype"
                b"cnumpy\ndtype\nX\x02\0\0\0u1K\0K\1\x87RX\x0a\0\0\0allow_mmap\x89ub%b.")
put("block-joblib-two-readings.joblib", two_readings % (len(numbers), numbers))
numbers = b"0\x80\x04h\0h\1\x93\x8c\x04echo\x85R."
put("block-joblib-two-readings-memo.joblib", b"\x80\x03X\x02\0\0\0osq\0X\x06\0\0\0systemq\x01" + (two_readings % (len(numbers), numbers))[2:])

# ---- texts ----
put("block-yaml.yaml", b"a: !!python/object/apply:os.system ['echo']\n")
put("block-yaml-tag.yaml", b"a: !<tag:yaml.org,2002:python/object/apply:os.system> ['echo']\n")
put("block-hydra.yaml", b"model:\n  _target_: os.system\n  command: echo\n")
put("block-hydra.json", b'{"model": {"_target_": "builtins.exec", "_args_": ["1"]}}')
put("block-code-in-fence.py", b'"""\n```\n"""\nimport os\nos.system("echo")\n"""\n```\n"""\n')
put("block-code-without-import.py", b"exec(__import__('os').system('echo'))\n")
put("block-code-in-try.py", b"try:\n    import os\n    os.system('echo')\nexcept Exception:\n    pass\n")
unicode_path = zipfile.ZipInfo("archive/other")
unicode_path.extra = struct.pack("<HHBI", 0x7075, 5 + 16, 1, zlib.crc32(b"archive/other")) + b"archive/data.pkl"
put("block-zip-unicode-path.pt", zipped([(unicode_path, b"hello")]))
put("block-skops.skops", zipped([("schema.json", json.dumps({"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "content": {}}))]))
put("inconclusive-png-trailing.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 0) + b"IEND\xaeB`\x82" + b"more")
put("block-png-zip.png", b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 0) + b"IEND\xaeB`\x82" + zipped([("a/data.pkl", EVIL)]))
try:
    import h5py
    put("block-pytables.h5", hdf5(lambda f: f.attrs.__setitem__("x", numpy.bytes_(ECHO))))
except ImportError:
    pass
put("block-keras-metadata.pb", field(1, field(2, 1) + field(3, "root") + field(4, "_tf_keras_layer") + field(5, json.dumps({"class_name": "Lambda", "config": {"function": ["4wAA"]}}))))
put("block-long-first-string.pkl", b"V" + b"a" * 100000 + b"\n" + ECHO)
put("block-long-first-string.pkl.gz", gzip.compress(b"V" + os.urandom(60000).hex().encode() + b"\n" + ECHO))
overlapping = zipped([("a", b"x" * 100), ("b", b"x" * 100)])
o_second = overlapping.index(b"PK\3\4", 4)
o_central = overlapping.index(b"PK\1\2")
put("invalid-zip-overlap.zip", (lambda z: z)(overlapping[:18] + struct.pack("<II", o_central - 31, o_central - 31) + overlapping[26:o_central + 20] + struct.pack("<II", o_central - 31, o_central - 31) + overlapping[o_central + 28:]))
os.symlink("/etc/passwd", os.path.join(folder, "inconclusive-link.data"))
put("block-external-link.onnx", onnx(field(2, "g") + field(5, external("inconclusive-link.data"))))
put("inconclusive-short.data", bytes([1, 2, 3, 200] * 10))
put("block-external-beyond.onnx", onnx(field(2, "g") + field(5, field(8, "w") + field(13, field(1, "location") + field(2, "inconclusive-short.data")) + field(13, field(1, "offset") + field(2, "16"))
    + field(13, field(1, "length") + field(2, "1000")) + field(14, 1))))
put("block-referred-to.data", EVIL)
put("block-refers.onnx", onnx(field(2, "g") + field(5, external("block-referred-to.data")) + field(5, external("../x"))))
put("block-getattr-class.pkl", b"\x80\x04\x8c\x08builtins\x8c\x07getattr\x93\x8c\x08builtins\x8c\x03str\x93\x8c\x09__class__\x86R.")
put("block-getattr-of-import.pkl", b"\x80\x04\x8c\x08builtins\x8c\x07getattr\x93\x8c\x05numpy\x8c\x07ndarray\x93\x8c\x06tofile\x86R.")
put("block-getattr-called.pkl", b"\x80\x04\x8c\x08builtins\x8c\x07getattr\x93\x8c\x08builtins\x8c\x03str\x93\x8c\x06format\x86R\x8c\x01a\x85R.")
