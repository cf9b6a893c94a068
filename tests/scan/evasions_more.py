#!/usr/bin/env python3
"""More files that try to get past a scanner, written from what is known of loaders and not from what the scanner looks for. As in evasions.py the name begins with the verdict that
the file must have; "flag-" leaves it open, so long as it isn't PASS; "review-" may be anything from REVIEW on.

    evasions_more.py FOLDER"""
import bz2, gzip, io, json, lzma, os, pickle, struct, sys, zipfile, zlib

from made import *

folder = sys.argv[1]
os.makedirs(folder)


def put(n, data):
    with open(os.path.join(folder, n), "wb") as f:
        f.write(data)


# ---- pickles: gadgets of libraries, none of which a list of bad names need have ----
GADGETS = {
    "runpy": ("runpy", "run_path", "x"), "timeit": ("timeit", "timeit", "1"), "pty": ("pty", "spawn", "x"), "code": ("code", "interact"), "ctypes": ("ctypes", "CDLL", "libc.so.6"),
    "pydoc": ("pydoc", "pipepager", "a", "x"), "bdb": ("bdb", "Bdb.run", "1"), "logging": ("logging.config", "listen"), "linecache": ("linecache", "getlines", "/etc/passwd"),
    "torch-load": ("torch", "load", "x"), "torch-hub": ("torch.hub", "load", "x"), "torch-inductor": ("torch._inductor.codecache", "compile_file", "x"), "torch-bottleneck": ("torch.utils.bottleneck.__main__", "run_cprofile", "1"),
    "torch-collect": ("torch.utils.collect_env", "run", "x"), "torch-unittest": ("torch.jit.unsupported_tensor_ops", "execWrapper", "1", "2", "3"), "numpy-testing": ("numpy.testing._private.utils", "runstring", "1", "x"),
    "numpy-f2py": ("numpy.f2py.crackfortran", "param_eval", "1"), "numpy-load": ("numpy", "load", "x"), "numpy-ufunc": ("numpy.core", "_ufunc_reconstruct", "os", "system"), "numpy-save": ("numpy", "savetxt", "x", "y"),
    "numpy-memmap": ("numpy", "memmap", "x"), "numpy-fromfile": ("numpy", "fromfile", "/etc/passwd"), "joblib-load": ("joblib", "load", "x"), "pandas-eval": ("pandas", "eval", "1"), "pandas-read": ("pandas", "read_pickle", "x"),
    "pandas-query": ("pandas.core.computation.eval", "eval", "1"), "sklearn-data": ("sklearn.datasets", "load_files", "x"), "sklearn-function": ("sklearn.utils._testing", "check_skip_network"), "scipy-io": ("scipy.io", "loadmat", "x"),
    "cloudpickle": ("cloudpickle", "loads", "x"), "dill-code": ("dill._dill", "_create_code", "x"), "keras-load": ("keras.models", "load_model", "x"), "hf": ("transformers", "pipeline", "x"), "asyncio": ("asyncio.subprocess", "create_subprocess_shell", "x"),
    "multiprocessing": ("multiprocessing.util", "spawnv_passfds", "x"), "zipimport": ("zipimport", "zipimporter", "x"), "venv": ("venv", "create", "x"), "ensurepip": ("ensurepip", "_run_pip", "x"), "lib2to3": ("lib2to3.pgen2.grammar", "Grammar.loads", "x"),
    "marshal": ("marshal", "loads", "x"), "method": ("operator", "methodcaller", "x"), "types": ("types", "FunctionType"), "profile": ("cProfile", "run", "1"), "doctest": ("doctest", "debug_script", "1"), "fileinput": ("fileinput", "input", "x"),
    "tempfile": ("tempfile", "mktemp"), "smtp": ("smtplib", "SMTP", "x"), "onnx": ("onnx", "load", "x"), "xgboost": ("xgboost", "Booster.load_model", "x"), "dtype-method": ("numpy", "dtype.newbyteorder", "x"), "tensor-method": ("torch", "Tensor.backward", "x"),
    "class-method": ("sklearn.tree._tree", "Tree.__init__", "x"), "getstate": ("datetime", "datetime.__reduce__", "x"), "type-subclasses": ("builtins", "object.__subclasses__"), "import-reload": ("importlib", "reload", "x"), "ascii-lookalike": ("оs", "system", "x"),
    "space": ("os ", "system", "x"), "dot-first": (".os", "system", "x"), "main": ("__main__", "Net"), "test-helper": ("sklearn.tests.test_common", "Evil"), "mlflow": ("mlflow.pyfunc", "load_model", "x"),
}
for key, (module, n, *args) in GADGETS.items():
    put(f"block-gadget-{key}.pkl", call(module, n, *args))

# ---- pickles: the machine ----
put("block-reduce-in-dict-key.pkl", b"\x80\x04}" + name("os", "system") + text("echo") + b"\x85RK\x01s.")
put("block-in-frozenset.pkl", b"\x80\x04(" + name("os", "system") + text("echo") + b"\x85R\x91.")
put("block-in-additems.pkl", b"\x80\x04\x8f(" + name("os", "system") + text("echo") + b"\x85R\x90.")
put("block-memo-of-callable.pkl", b"\x80\x04" + name("os", "system") + b"\x940" + text("echo") + b"\x85\x940h\x00h\x01R.")
put("block-memo-put-decimal.pkl", b"cos\nsystem\np99\n0g99\n(S'echo'\ntR.")
put("block-memo-leading-zeros.pkl", b"cos\nsystem\np0007\n0g7\n(S'echo'\ntR.")
put("block-long-binput.pkl", b"\x80\x02cos\nsystem\nr\x00\x00\x01\x000j\x00\x00\x01\x00X\x04\x00\x00\x00echo\x85R.")
put("block-mark-in-mark.pkl", b"(((cos\nsystem\n(S'echo'\ntRtttt.")
put("flag-import-without-module.pkl", call("", "system", "x"))
put("block-popmark-of-call.pkl", b"\x80\x04N((" + name("os", "system") + text("echo") + b"\x85R11.")
put("block-stop-in-string-first.pkl", b"\x80\x04" + text("....") + b"0" + EVIL[2:])
put("block-proto-twice.pkl", b"\x80\x02\x80\x04" + EVIL[2:])
put("block-proto-in-middle.pkl", b"N0\x80\x02" + ECHO)
put("block-frames-many.pkl", b"\x80\x04" + b"\x95\x02\0\0\0\0\0\0\0N0" * 50 + EVIL[2:])
put("block-empty-frame.pkl", b"\x80\x04\x95\0\0\0\0\0\0\0\0" + EVIL[2:])
put("block-binstring.pkl", b"cos\nsystem\n(T\x04\0\0\0echotR.")
put("block-bytearray-nested.pkl", b"\x80\x05\x96" + struct.pack("<Q", len(EVIL)) + EVIL + b".")
put("block-binbytes8-nested.pkl", b"\x80\x04\x8e" + struct.pack("<Q", len(EVIL)) + EVIL + b".")
put("block-nested-gzip.pkl", pickle.dumps({"blob": gzip.compress(EVIL)}))
put("block-nested-in-latin1-encode.pkl", b"\x80\x02c_codecs\nencode\nX" + struct.pack("<I", len(EVIL.decode("latin1").encode())) + EVIL.decode("latin1").encode() + b"X\6\0\0\0latin1\x86R.")
put("block-buffers.pkl", b"\x80\x05\x97" + EVIL[2:])
put("flag-next-buffer.pkl", b"\x80\x05\x97\x98.")
put("block-inst-in-dict.pkl", b"(dS'a'\n(S'echo'\nios\nsystem\ns.")
put("block-build-slots.pkl", b"\x80\x02ccollections\nOrderedDict\n)R(N}X\x0b\0\0\0__setstate__ctorch.storage\n_load_from_bytes\ns\x86b.".replace(b"\x0b\0\0\0__set", b"\x0c\0\0\0__set"))
put("block-build-then-build.pkl", b"\x80\x02csklearn.tree._classes\nDecisionTreeClassifier\n)\x81}X\x0c\0\0\0__setstate__cos\nsystem\nsbX\x04\0\0\0echob.")
put("block-import-same-name.pkl", b"\x80\x04" + name("collections", "OrderedDict") + b"0" + name("collections", "OrderedDict.__class__") + b".")
put("block-getattr-on-result.pkl", b"\x80\x02cbuiltins\ngetattr\nccollections\nOrderedDict\n)RX\x05\0\0\0clear\x86R)R.")
put("block-str-called.pkl", b"\x80\x02cbuiltins\nstr\nX\x02\0\0\0os\x85R.")
put("block-map.pkl", b"\x80\x02cbuiltins\nlist\ncbuiltins\nmap\ncos\nsystem\n]X\x04\0\0\0echoa\x86R\x85R.")
put("block-defaultdict-factory.pkl", b"\x80\x02ccollections\ndefaultdict\ncos\ngetcwd\n\x85R.")
put("block-partial-of-partial.pkl", b"\x80\x02cfunctools\npartial\ncfunctools\npartial\ncos\nsystem\n\x86R.")
put("block-reconstructor-of-call.pkl", b"\x80\x02ccopyreg\n_reconstructor\ncos\nsystem\ncbuiltins\nobject\nN\x87R.")
put("block-newobj-function.pkl", b"\x80\x02ccopyreg\n__newobj__\ncos\nsystem\n\x85R.")
put("block-sorted-key.pkl", b"\x80\x02cbuiltins\nsorted\n]cos\nsystem\n\x86R.")
put("flag-truncated-stop.pkl", pickle.dumps({"a": [1, 2, 3]})[:-1])
put("flag-only-proto.pkl", b"\x80\x04")
put("flag-stack-empty.pkl", b"\x80\x040.")
put("flag-mark-left.pkl", b"\x80\x04(.")
put("flag-unknown-opcode.pkl", b"\x80\x04N\xfe.")
put("block-crlf.pkl", b"cos\r\nsystem\r\n(S'echo'\r\ntR.")
put("block-leading-newline.pkl", b"N0" * 5000 + ECHO)
put("block-int-as-bool.pkl", b"I01\n0" + ECHO)
put("block-float-line.pkl", b"F1.5\n0L12L\n0" + ECHO)
put("block-third-stream.pkl", pickle.dumps(1, 2) + pickle.dumps({}, 2) + EVIL + pickle.dumps(2, 2))
put("flag-stream-after-zeros.pkl", pickle.dumps(1, 2) + b"\0" * 512 + EVIL)
put("block-persid-line.pt", zipped([("archive/data.pkl", b"Pos.system\n."), ("archive/version", b"3\n")]))

# ---- containers ----
put("block-npz-in-zip.zip", zipped([("data/arrays.npz", zipped([("x.npy", npy("'|O'", "(1,)", EVIL))]))]))
put("block-npy-v2.npy", npy("'|O'", "(1,)", EVIL, 2))
put("block-npy-v3.npy", npy("'|O'", "(1,)", EVIL, 3))
put("block-npy-record-of-objects.npy", npy("[('a', '<i4'), ('b', '|O')]", "(1,)", EVIL))
put("block-npy-nested-record.npy", npy("[('a', [('b', '|O')])]", "(1,)", EVIL))
put("block-npy-subarray-objects.npy", npy("[('a', '|O', (2,))]", "(1,)", EVIL))
put("flag-npy-descr-code.npy", npy("__import__('os').system('echo')", "(1,)", b""))
put("flag-npy-appended.npy", npy("'<i4'", "(1,)", bytes(4)) + EVIL)
put("block-tar-in-gz-in-zip.zip", zipped([("x.tgz", gzip.compress(tarred([("m.pkl", EVIL)])))], zipfile.ZIP_DEFLATED))
put("block-xz-in-bz2.bin", bz2.compress(lzma.compress(EVIL)))
put("block-empty-gzip-first.bin", gzip.compress(b"") + gzip.compress(EVIL))
put("block-joblib-z-header.joblib", zlib.compress(pickle.dumps([1]) + EVIL))
put("block-zip-bzip2.pt", zipped([("archive/data.pkl", EVIL)], zipfile.ZIP_BZIP2))
put("flag-zip-lzma.pt", zipped([("archive/data.pkl", EVIL)], zipfile.ZIP_LZMA))
put("flag-zip-comment.zip", (lambda z: z[:-2] + struct.pack("<H", len(EVIL)) + EVIL)(zipped([("a.txt", b"hello")])))
put("block-zip-two-ends.zip", zipped([("archive/data.pkl", EVIL)]) + zipped([("archive/data.pkl", pickle.dumps({}))]))
good = zipped([("archive/data.pkl", pickle.dumps({"a": 1})), ("archive/version", b"3\n")])
c = good.index(b"PK\1\2")
put("flag-zip-central-name.pt", good[:c] + good[c:].replace(b"archive/data.pkl", b"archive/evil.pkl", 1))
put("flag-zip-central-size.pt", good[:c + 24] + struct.pack("<I", 1) + good[c + 28:])
put("flag-zip-central-method.pt", good[:c + 10] + struct.pack("<H", 8) + good[c + 12:])
put("flag-zip-method-unknown.pt", good[:8] + struct.pack("<H", 97) + good[10:c + 10] + struct.pack("<H", 97) + good[c + 12:])
e = good.rindex(b"PK\5\6")
put("flag-zip-fewer-entries.pt", good[:e + 8] + struct.pack("<HH", 1, 1) + good[e + 12:])

put("flag-zip-local-crc.pt", good[:14] + b"\1\2\3\4" + good[18:])
put("flag-zip-case-collision.zip", zipped([("model.txt", b"a"), ("MODEL.TXT", EVIL)]))
put("flag-zip-name-slash.zip", zipped([("/etc/x", b"a")]))
put("flag-zip-name-drive.zip", zipped([("C:\\x", b"a")]))
link = zipfile.ZipInfo("data.bin")
link.external_attr = 0o120777 << 16
put("flag-zip-symlink.zip", zipped([(link, b"/etc/passwd")]))
put("block-zip-with-code.zip", zipped([("model/__init__.py", b"import os\nos.system('echo')\n"), ("model/w.bin", b"")]))
put("block-whl.whl", zipped([("evil-1.0.dist-info/RECORD", b""), ("evil/__init__.py", b"exec(__import__('os').popen('echo').read())\n")]))
put("block-skops-partial.skops", zipped([("schema.json", json.dumps({"__class__": "dict", "__module__": "builtins", "__loader__": "DictNode", "content": {"x": {"__class__": "methodcaller", "__module__": "operator",
    "__loader__": "OperatorFuncNode", "content": {}}}}))]))

# ---- safetensors ----
one = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
put("invalid-huge-header.safetensors", struct.pack("<Q", 2**40) + b"{}")
put("invalid-header-over-limit.safetensors", struct.pack("<Q", 100_000_001) + b"{" + b" " * 100)
put("invalid-hole-between.safetensors", tensors({"a": one, "b": {**one, "data_offsets": [12, 20]}}, bytes(20)))
put("invalid-reversed.safetensors", tensors({"a": {**one, "data_offsets": [8, 0]}}, bytes(8)))
put("invalid-negative.safetensors", tensors(b'{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}', bytes(8)))
put("invalid-bits.safetensors", tensors({"a": {"dtype": "F4", "shape": [3], "data_offsets": [0, 2]}}, bytes(2)))
put("flag-two-values.safetensors", tensors(b'{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} {}', bytes(8)))
put("flag-metadata-twice.safetensors", tensors(b'{"__metadata__":{"a":"1"},"__metadata__":{"a":"2"}}'))
put("flag-metadata-key-twice.safetensors", tensors(b'{"__metadata__":{"a":"1","a":"2"}}'))
put("flag-bom.safetensors", tensors(b'\xef\xbb\xbf{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)))
put("flag-surrogate.safetensors", tensors(b'{"\\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)))
put("flag-leading-space.safetensors", tensors(b' {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)))
put("block-elf-tensor.safetensors", tensors({"a": {"dtype": "U8", "shape": [64], "data_offsets": [0, 64]}}, b"\x7fELF\x02\x01\x01" + bytes(57)))
put("flag-nul-name.safetensors", tensors(b'{"a\\u0000b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', bytes(8)))

# ---- chat templates ----
TEMPLATES = {
    "percent": "{{ messages['%c%cclass%c%c' % (95, 95, 95, 95)] }}", "format": "{{ messages['{0}{0}class{0}{0}'.format('_')] }}", "joined": "{{ messages[['_', '_class_', '_']|join] }}",
    "tilde": "{{ messages['_' ~ '_class_' ~ '_'] }}", "plus": "{% set u = '_' %}{{ messages[u + u + 'class' + u + u] }}", "named-escape": "{{ messages['\\N{LOW LINE}\\N{LOW LINE}class__'] }}",
    "capital-escape": "{{ messages['\\U0000005f\\U0000005fclass'] }}", "octal": "{{ messages['\\137\\137class'] }}", "reversed": "{{ messages['__ssalc__'|reverse] }}", "replaced": "{{ messages['@@class@@'|replace('@', '\\x5f')] }}",
    "loop-object": "{% for m in messages %}{{ loop.__init__.__globals__ }}{% endfor %}", "macro": "{% macro f() %}{% endmacro %}{{ f.__globals__ }}", "namespace": "{{ namespace.__init__.__globals__ }}", "request": "{{ request.application }}",
    "self": "{{ self.__dict__ }}", "config": "{{ config.items() }}", "url": "{{ url_for.__globals__ }}", "filter-map": "{{ [messages]|map(attribute='__class__')|list }}", "filter-attr-spaced": "{{ messages | attr ( '_' ~ '_class__' ) }}",
    "comment-between": "{{ messages.{# x #}__class__ }}", "line-break": "{{ messages\n.__class__\n.__base__ }}", "include": "{%- include '/etc/passwd' -%}", "extends": "{% extends 'x' %}", "from": "{% from 'x' import y %}",
    "raw": "{% raw %}{#{% endraw %}{{ messages.__class__ }}{# #}", "taken-apart": "{{ messages[(raise_exception|string)[16]] }}", "token": "{{ messages[bos_token ~ eos_token] }}", "raise": "{{ raise_exception.__globals__ }}", "strftime": "{{ strftime_now.__globals__['os'].system('x') }}", "dict-lookup": "{{ dict.__base__.__subclasses__() }}", "groupby": "{{ messages|groupby('__class__') }}", "sort-attr": "{{ messages|sort(attribute='__class__') }}",
    "selectattr": "{{ messages|selectattr('__class__')|list }}", "sum-attr": "{{ messages|sum(attribute='__class__') }}", "unicode-ident": "{{ messages.__ｃlass__ }}",
}
for key, t in TEMPLATES.items():
    put(f"review-template-{key}.json", json.dumps({"chat_template": t}).encode())
    put(f"review-template-{key}.gguf", gguf(("tokenizer.chat_template", 8, t)))

# ---- JSON and YAML that name code ----
put("flag-peft.json", b'{"auto_mapping": {"base_model_class": "Net", "parent_library": "evil_package"}, "peft_type": "LORA"}')
put("flag-modules.json", b'[{"idx": 0, "name": "0", "path": "", "type": "evil_package.Module"}]')
put("flag-hydra-unknown.yaml", b"model:\n  _target_: evil_package.run\n")
put("flag-hydra-flow.yaml", b"model: {_target_: subprocess.run, args: [echo]}\n")
put("flag-hydra-quoted.yaml", b'model:\n  "_target_": "os.system"\n')
put("flag-hydra-escaped.yaml", b'model:\n  "_tar\\x67et_": "os.system"\n')
put("flag-latent.yaml", b"model:\n  target: os.system\n  params:\n    command: echo\n")
put("flag-mlmodel.yaml", b"flavors:\n  python_function:\n    loader_module: evil_module\n    python_version: 3.11\n")

put("flag-yaml-short-tag.yaml", b"%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/apply:os.system [echo]\n")
put("flag-trust-string.json", b'{"trust_remote_code": "true"}')
put("flag-auto-map-list.json", b'{"auto_map": {"AutoTokenizer": ["tok.Slow", "evil/repo--tok.Fast"]}}')
put("flag-nested-auto-map.json", b'{"text_config": {"auto_map": {"AutoConfig": "x.C"}}}')

# ---- Keras ----
lam = {"class_name": "__lambda__", "config": {"code": "4wAA", "defaults": None, "closure": None}}
put("block-nested-lambda.keras", keras({"class_name": "Functional", "config": {"layers": [{"class_name": "TimeDistributed", "config": {"layer": {"class_name": "Lambda", "config": {"function": lam}}}}]}}))
put("block-compile-lambda.keras", keras({"module": "keras", "class_name": "Sequential", "config": {"layers": []}, "compile_config": {"loss": lam}}))
put("block-initializer.keras", keras({"module": "keras.layers", "class_name": "Dense", "config": {"kernel_initializer": {"module": "subprocess", "class_name": "Popen", "config": {"args": "echo"}}}}))
put("block-config-twice.keras", zipped([("metadata.json", b"{}"), ("config.json", json.dumps({"module": "keras", "class_name": "Sequential", "config": {}}).encode()), ("config.json", json.dumps(
    {"module": "os", "class_name": "system", "config": {}}).encode())]))
put("block-escaped-name.keras", zipped([("metadata.json", b"{}"), ("config.json", b'{"class_name": "\\u004cambda", "config": {"function": ["4wAA"]}, "module": "keras.layers"}')]))
put("block-function-module.keras", keras({"module": "keras.layers", "class_name": "Activation", "config": {"activation": {"module": "os", "class_name": "function", "config": "system"}}}))
put("block-jax.keras", keras({"module": "keras.layers", "class_name": "JaxLayer", "config": {"call_fn": "x"}}))
put("block-tfsm.keras", keras({"module": "keras.layers", "class_name": "TFSMLayer", "config": {"filepath": "/tmp/x"}}))
put("flag-keras-utils.keras", keras({"module": "keras.src.utils.io_utils", "class_name": "print_msg", "config": {}}))
put("flag-asset-pickle.keras", keras({"module": "keras", "class_name": "Sequential", "config": {}}, [("assets/vocab.bin", EVIL)]))

# ---- ONNX, TensorFlow, CoreML, TFLite ----
onnx = lambda graph, more=b"": field(1, 8) + field(2, "pytorch") + field(7, graph) + field(8, field(2, 15)) + more
external = lambda location: field(1, 4) + field(2, 1) + field(8, "w") + field(13, field(1, "location") + field(2, location)) + field(14, 1)
for key, location in {"dots": "a/../../x", "encoded": "..%2fx", "url": "file:///etc/passwd", "home": "~/x", "drive": "C:\\x", "unc": "\\\\host\\x", "nul": "a\0/../../x", "empty": "", "dot-end": "a/..", "slashes": "//etc/passwd"}.items():
    put(f"flag-external-{key}.onnx", onnx(field(2, "g") + field(5, external(location))))
put("flag-external-in-attributes.onnx", onnx(field(2, "g") + field(1, field(4, "X") + field(5, field(1, "v") + field(10, external("../x"))))))
put("flag-graph-list.onnx", onnx(field(2, "g") + field(1, field(4, "If") + field(5, field(1, "v") + field(11, field(5, external("../x")))))))
put("flag-python-op.onnx", onnx(field(2, "g") + field(1, field(4, "PythonOp") + field(7, "com.microsoft"))))
put("flag-two-graphs.onnx", onnx(field(2, "g"), field(7, field(5, external("../x")))))
saved = lambda graph: field(1, 1) + field(2, field(1, field(4, "serve")) + field(2, graph))
for op in ("ReadFile", "MatchingFiles", "PyFuncStateless", "EagerPyFunc", "WriteSummary", "DebugIdentityV3", "TextLineDataset", "LMDBReader", "PrintV2", "RegisterDataset", "_Send", "DatasetFromGraph", "CollectiveReduce", "TPUCompile"):
    put(f"flag-op-{op}.pb", saved(field(1, node("x", op))))
put("flag-op-in-library-attribute.pb", saved(field(1, node("a", "Const")) + field(2, field(1, field(1, field(1, "f")) + field(3, node("c", "Const", ("value", field(8, field(1, 7) + field(8, field(1, node("x", "WriteFile")))))))))))
put("review-program-custom.mlmodel", field(1, 8) + field(2, field(1, b"")) + field(502, field(1, 1) + field(2, field(1, "main") + field(2, field(3, field(1, "CoreML6") + field(2, field(3, field(1, "custom_layer"))))))))
put("review-program-path.mlmodel", field(1, 8) + field(2, field(1, b"")) + field(502, field(1, 1) + field(2, field(1, "main") + field(2, field(3, field(1, "CoreML6") + field(2, field(3, field(1, "const") +
    field(5, field(1, "val") + field(2, field(5, field(1, "/etc/passwd") + field(2, 64))))))))))) 

# ---- boosted trees ----
put("invalid-ubj-cut.ubj", b"{L" + struct.pack(">q", 7) + b"learner{")
put("invalid-ubj-bomb.ubj", b"{L" + struct.pack(">q", 7) + b"learner[$Z#L" + struct.pack(">q", 2**62))
put("invalid-ubj-negative.ubj", b"{L" + struct.pack(">q", 7) + b"learnerSL" + struct.pack(">q", -1))
put("inconclusive-ubj-trailing.ubj", b"{L" + struct.pack(">q", 7) + b"learnerZ}" + EVIL)
put("block-ubj-elf.ubj", b"{L" + struct.pack(">q", 7) + b"learner[$U#L" + struct.pack(">q", 64) + b"\x7fELF\x02\x01\x01" + bytes(57) + b"}")
put("flag-cbm-parts.cbm", b"CBM1" + struct.pack("<I", 64) + struct.pack("<I", 16) + bytes(60) + b"more")
put("flag-cbm-cut.cbm", b"CBM1" + struct.pack("<I", 64) + struct.pack("<I", 16) + bytes(20))

# ---- HDF5 ----
try:
    import h5py, numpy

    def hdf5(fill, **options):
        b = io.BytesIO()
        with h5py.File(b, "w", **options) as f:
            fill(f)
        return b.getvalue()

    config = json.dumps({"class_name": "Sequential", "config": {"layers": [{"class_name": "Lambda", "config": {"function": ["4wAA", None, None]}}]}})

    def committed(f):
        f["t"] = h5py.string_dtype()
        f.attrs.create("model_config", config, dtype=f["t"])

    def committed_fixed(f):
        f["t"] = numpy.dtype("S400")
        f.attrs.create("model_config", config.encode(), dtype=f["t"])

    def dense(f):
        for i in range(60):
            f.attrs[f"x{i}"] = "text " * 20
        f.attrs["model_config"] = config

    def huge(f):
        f.attrs["model_config"] = config.replace("4wAA", "4wAA" * 30000)

    put("block-committed-type.h5", hdf5(committed))
    put("block-committed-fixed.h5", hdf5(committed_fixed))
    put("block-dense-attributes.h5", hdf5(dense, libver="latest"))
    put("block-large-attribute.h5", hdf5(huge, libver="latest"))
    put("block-on-dataset.h5", hdf5(lambda f: f.create_dataset("x", data=[1]).attrs.__setitem__("model_config", config)))
    put("block-userblock.h5", hdf5(lambda f: f.attrs.__setitem__("model_config", config), userblock_size=512))
    put("block-userblock-pickle.h5", (lambda d: EVIL + d[len(EVIL):])(hdf5(lambda f: None, userblock_size=512)))
    put("flag-after-end.h5", hdf5(lambda f: f.create_dataset("x", data=[1])) + EVIL)
    put("block-external-link-deep.h5", hdf5(lambda f: f.create_group("a/b/c").__setitem__("x", h5py.ExternalLink("/etc/passwd", "/")), libver="latest"))
    put("block-object-strings.h5", hdf5(lambda f: f.attrs.create("model_config", config, shape=(1,), dtype=h5py.string_dtype())))
    plist = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    path = os.path.join(folder, "block-shared-messages.h5")
    try:
        plist.set_shared_mesg_nindexes(1)
        plist.set_shared_mesg_index(0, 0x1F, 10)
        fid = h5py.h5f.create(path.encode(), fcpl=plist)
        with h5py.File(fid) as f:
            f.attrs["model_config"] = numpy.bytes_(config)
            f.create_group("g").attrs["model_config"] = numpy.bytes_(config)
    except AttributeError:
        pass
except ImportError as e:
    print(f"evasions_more.py: without HDF5: {e}", file=sys.stderr)

# ---- R ----
XDR = b"X\n" + struct.pack(">III", 2, 0x030500, 0x020300)
sym = lambda s: struct.pack(">III", 1, 9 | 1 << 18, len(s)) + s
code = struct.pack(">I", 6) + sym(b"system") + struct.pack(">I", 2) + struct.pack(">III", 16, 1, 9) + struct.pack(">I", 4) + b"echo" + struct.pack(">I", 254)
promise = struct.pack(">I", 5 | 1 << 10) + struct.pack(">II", 253, 252) + code
put("review-promise-in-environment.rds", XDR + struct.pack(">II", 4, 0) + struct.pack(">I", 242) + struct.pack(">I", 2 | 1 << 10) + sym(b"x") + promise + struct.pack(">I", 254) + struct.pack(">II", 254, 254))
put("review-promise-in-pairlist.rds", XDR + struct.pack(">I", 2 | 1 << 10) + sym(b"x") + promise + struct.pack(">I", 254))
put("review-promise.RData", b"RDX2\n" + XDR + struct.pack(">I", 2 | 1 << 10) + sym(b"x") + promise + struct.pack(">I", 254))
put("review-promise-bzip2.rds", bz2.compress(XDR + promise))
put("review-promise-as-attribute.rds", XDR + struct.pack(">IIi", 13 | 1 << 9, 1, 5) + struct.pack(">I", 2 | 1 << 10) + sym(b"names") + promise + struct.pack(">I", 254))
put("flag-closure.rds", XDR + struct.pack(">I", 3) + struct.pack(">I", 253) + struct.pack(">I", 254) + code)

# ---- Python, in all the ways in which it is written ----
SOURCES = {
    "expression": "().__class__.__base__.__subclasses__()[132].__init__.__globals__['system']('x')\n", "assigned": "a = __import__('os')\na.system('x')\n", "getattr": "import os\ngetattr(os, 'sys' + 'tem')('x')\n",
    "parenthesised": "(exec)('1')\n", "spaced": "exec ('1')\n", "tab-import": "import\tos\n", "continued": "import \\\n os\n", "paren-import": "from os import(system)\n", "star": "from os import*\n", "one-line-class": "class A: x = exec('1')\n",
    "one-line-def": "def f(): exec('1')\n", "decorator": "@exec\n@input\nclass X: pass\n", "lambda": "f = lambda: open('/etc/passwd').read()\nprint(f())\n", "comprehension": "[open(x).read() for x in ['/etc/passwd']]\n", "annotation": "x: exec('1')\n",
    "coding": "# -*- coding: utf-7 -*-\n+AGkAbQBwAG8AcgB0- os\n", "form-feed": "\fimport os\nos.system('x')\n", "semicolon": "x = 1; import os; os.system('x')\n", "if-one-line": "if 1: exec('1')\n", "walrus": "(x := __import__('os')).system('x')\n", "after-docstring": '"""A text."""; import os; os.system("x")\n',
    "builtins": "__builtins__['ev' + 'al']('1')\n", "vars": "vars()['__builtins__'].exec('1')\n", "breakpoint": "breakpoint()\n", "print": "print(1)\n", "async": "async def f(): pass\n", "match": "match 1:\n  case 1: exec('1')\n", "crlf": "import os\r\nos.system('x')\r\n",
    "base64": "import base64 as b, builtins as c\nc.__dict__['exec'](b.b64decode('cHJpbnQoMSk='))\n", "unicode": "ｅｘｅｃ('1')\n", "assert": "assert exec('1') is None\n", "with": "with open('/etc/passwd') as f: print(f.read())\n", "cr": "import os\ros.system('x')\r",
}
for key, source in SOURCES.items():
    put(f"review-source-{key}.py", source.encode())
put("review-notebook.ipynb", json.dumps({"cells": [{"cell_type": "code", "source": ["import os\n", "os.system('x')\n"], "metadata": {}, "outputs": [], "execution_count": None}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode())
put("review-pth.pth", b"import os; os.system('x')\n")
put("review-setup.cfg", b"#!/usr/bin/env python3\nprint(1)\n")
put("review-javascript.js", b"#!/usr/bin/env node\nrequire('child_process').execSync('x')\n")
put("review-pyc.pyc", b"\xa7\x0d\x0d\x0a" + bytes(12) + b"\xe3" + bytes(60))
