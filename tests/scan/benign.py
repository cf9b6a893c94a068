#!/usr/bin/env python3
"""Writes files that people really have, with the libraries that write them, into a folder. None of them may be found at fault; those whose name
begins with "review-" are for a person to look at.

    benign.py FOLDER

A library that isn't installed is left out and named on standard error."""
import bz2, collections, datetime, decimal, functools, gzip, io, json, lzma, math, os, pathlib, pickle, random, re, shutil, struct, subprocess, sys, tarfile, uuid, zipfile

from made import field, node, varint

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
path = lambda name: os.path.join(folder, name)


def put(name, data):
    with open(path(name), "wb") as f:
        f.write(data)


def plain():
    values = {
        "numbers": [1, -1, 255, 65535, 2**40, -2**70, 1.5, True, None, 2j],
        "text": ["a", "é", "x" * 300, b"bytes", bytearray(b"more")],
        "sets": [{1, 2}, frozenset([3]), (1, 2, 3, 4)],
        "ordered": collections.OrderedDict(a=1),
        "default": collections.defaultdict(list, a=[1]),
        "counter": collections.Counter("abca"),
        "deque": collections.deque([1, 2], 3),
        "when": [datetime.datetime(2026, 1, 2, 3), datetime.date(2026, 1, 2), datetime.timedelta(1), datetime.timezone.utc],
        "money": decimal.Decimal("1.5"),
        "id": uuid.UUID(int=5),
        "pattern": re.compile("a+", re.I),
        "types": [int, str, type(None), slice(1, 2), range(3), Ellipsis],
        "functions": [len, max, math.sqrt, functools.partial(max, 1)],
        "errors": [ValueError("x"), KeyError(1)],
        "paths": pathlib.PurePosixPath("a/b"),
        "words": "import os; os.system('x')",
        "pickled": pickle.dumps([1, 2]),
        "random": random.Random(1),
    }
    shared = [1, 2, 3]
    values["shared"] = [shared, shared, shared]
    for protocol in range(6):
        put(f"plain-{protocol}.pkl", pickle.dumps(values, protocol))
        put(f"plain-python-{protocol}.pkl", pickle._dumps(values, protocol))
    put("method.pkl", pickle.dumps({"preprocessor": str.lower, "buffer": io.BytesIO(b"x")}, 4))
    put("two-streams.pkl", pickle.dumps(1) + pickle.dumps([2]))
    put("long.pkl", pickle.dumps([{"index": i, "name": f"item {i}"} for i in range(20000)]))
    put("plain.pkl.gz", gzip.compress(pickle.dumps(values)))
    put("plain.pkl.bz2", bz2.compress(pickle.dumps(values)))
    put("plain.pkl.xz", lzma.compress(pickle.dumps(values)))
    with tarfile.open(path("plain.tar.gz"), "w:gz") as t:
        t.add(path("plain-4.pkl"), "plain-4.pkl")
        t.add(path("plain-0.pkl"), "folder/plain-0.pkl")
    with zipfile.ZipFile(path("plain.zip"), "w", zipfile.ZIP_DEFLATED) as z:
        z.write(path("plain-4.pkl"), "plain-4.pkl")
        z.writestr("README.md", "# A model\n")
    put("README.md", b"# A model\n\nUsage: load it.\n")
    put("classes.txt", b"cat\ndog\nbird\nNone\n")
    put("empty", b"")


def text():
    put("config.json", json.dumps({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 64, "torch_dtype": "float16"}).encode())
    put("tokenizer_config.json", json.dumps({"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>", "chat_template": CHAT}).encode())
    put("tokenizer.json", json.dumps({"version": "1.0", "model": {"type": "BPE", "vocab": {f"token{i}": i for i in range(3000)}, "merges": ["a b"]}, "added_tokens": []}).encode())


CHAT = ("{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}"
        "{% set system_message = false %}{% endif %}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if loop.index0 == 0 and system_message != false %}"
        "{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}"
        "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}"
        "{% endif %}{% endfor %}")


def safetensors(tensors, metadata=None):
    header, data = {}, b""
    if metadata:
        header["__metadata__"] = metadata
    for name, (kind, shape, raw) in tensors.items():
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    h = json.dumps(header).encode()
    h += b" " * (-len(h) % 8)
    return len(h).to_bytes(8, "little") + h + data


def tensors():
    put("model.safetensors", safetensors({"a": ("F32", [2, 3], bytes(24)), "b": ("BF16", [4], bytes(8))}, {"format": "pt"}))
    put("empty.safetensors", safetensors({}))


def gguf():
    def s(x):
        return len(x.encode()).to_bytes(8, "little") + x.encode()
    def kv(k, t, v):
        return s(k) + t.to_bytes(4, "little") + v
    keys = [kv("general.architecture", 8, s("llama")), kv("general.alignment", 4, (32).to_bytes(4, "little")), kv("tokenizer.chat_template", 8, s(CHAT)),
            kv("tokenizer.ggml.tokens", 9, (8).to_bytes(4, "little") + (2).to_bytes(8, "little") + s("a") + s("b")), kv("llama.rope.freq_base", 6, bytes(4)), kv("x.flag", 7, b"\1")]
    infos = [s("token_embd.weight") + (2).to_bytes(4, "little") + (32).to_bytes(8, "little") + (2).to_bytes(8, "little") + (0).to_bytes(4, "little") + (0).to_bytes(8, "little"),
             s("out.weight") + (1).to_bytes(4, "little") + (32).to_bytes(8, "little") + (8).to_bytes(4, "little") + (256).to_bytes(8, "little")]
    head = b"GGUF" + (3).to_bytes(4, "little") + len(infos).to_bytes(8, "little") + len(keys).to_bytes(8, "little") + b"".join(keys) + b"".join(infos)
    head += bytes(-len(head) % 32)
    put("model.gguf", head + bytes(256) + bytes(64))


def numpy():
    import numpy as np
    a = np.arange(12, dtype="f4").reshape(3, 4)
    np.save(path("numbers.npy"), a)
    np.save(path("fortran.npy"), np.asfortranarray(a))
    np.save(path("text.npy"), np.array(["a", "bc"]))
    np.save(path("when.npy"), np.array(["2026-01-02"], dtype="M8[D]"))
    np.save(path("records.npy"), np.array([(1, 2.5, "x")], dtype=[("a", "i4"), ("b", "f8", (1,)), ("c", "U3")]))
    np.save(path("objects.npy"), np.array([1, "a", None, [1]], dtype=object), allow_pickle=True)
    np.savez(path("several.npz"), a=a, b=np.arange(3))
    np.savez_compressed(path("packed.npz"), a=a, b=np.array([{}], dtype=object))
    values = [a, np.float32(1), np.array(5), np.array(["a"], dtype=object), np.ma.array([1, 2], mask=[0, 1]), np.matrix([[1]]), np.random.RandomState(1), np.random.default_rng(1), np.dtype("f8"),
              np.datetime64("2026-01-01"), np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), np.random.randint(0, 255, 5000).astype("u1")]
    for protocol in range(6):
        put(f"numpy-{protocol}.pkl", pickle.dumps(values, protocol))


def sklearn():
    import joblib, numpy as np, warnings
    from sklearn.utils import all_estimators
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.linear_model import LogisticRegression
    warnings.filterwarnings("ignore")
    rng = np.random.RandomState(0)
    x, y = np.abs(rng.rand(60, 5)), rng.randint(0, 2, 60)
    done = 0
    for name, make in all_estimators():
        try:
            fitted = make().fit(x, y)
        except Exception:
            try:
                fitted = make(LogisticRegression()).fit(x, y)
            except Exception:
                continue
        put(f"sklearn-{name}.pkl", pickle.dumps(fitted))
        done += 1
        if name in ("RandomForestClassifier", "KNeighborsClassifier", "HistGradientBoostingClassifier", "SVC", "MLPClassifier"):
            joblib.dump(fitted, path(f"joblib-{name}.joblib"))
            for how in ("zlib", "gzip", "bz2", "xz", "lzma", "lz4"):
                try:
                    joblib.dump(fitted, path(f"joblib-{name}-{how}.joblib"), compress=(how, 3))
                except ValueError:
                    pass
            for protocol in range(6):
                joblib.dump(fitted, path(f"joblib-{name}-{protocol}.joblib"), protocol=protocol)
    assert done > 100
    put("pipeline.pkl", pickle.dumps(make_pipeline(StandardScaler(), LogisticRegression()).fit(x, y)))
    joblib.dump([x, np.array(["a", 1], dtype=object), {"y": y, "text": np.array(["aa"])}], path("arrays.joblib"))


def pandas():
    import pandas as pd, numpy as np
    d = pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.Categorical(["p", "q"]), "d": pd.to_datetime(["2026-01-01", "2026-01-02"]), "e": pd.array([1, None], dtype="Int64"),
                      "f": pd.to_datetime(["2026-01-01", "2026-01-02"]).tz_localize("UTC"), "g": pd.to_timedelta([1, 2], "s"), "h": pd.array(["x", None], dtype="string")})
    for protocol in range(6):
        put(f"frame-{protocol}.pkl", pickle.dumps([d, d["a"], d.set_index(["a", "b"]), d.set_index("d"), pd.Timestamp(0), pd.NaT, pd.Period("2026-01"), pd.Interval(0, 1), pd.NA, pd.RangeIndex(3),
                                                   pd.date_range("2026-01-01", periods=3, freq="D")], protocol))


def torch():
    import torch
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.BatchNorm1d(4), torch.nn.MultiheadAttention(4, 2), torch.nn.LSTM(4, 2))
    opt = torch.optim.Adam(net.parameters())
    net[0](torch.zeros(2, 3)).sum().backward()
    opt.step()
    state = {"model": net.state_dict(), "optimizer": opt.state_dict(), "epoch": 3, "args": None, "size": torch.Size([1]), "type": torch.float16, "device": torch.device("cpu"),
             "half": torch.zeros(2).half(), "bf": torch.zeros(2).bfloat16(), "scalar": torch.tensor(1.0), "view": torch.zeros(4, 4)[1:], "sparse": torch.eye(3).to_sparse(),
             "parameter": torch.nn.Parameter(torch.zeros(2)), "quantized": torch.quantize_per_tensor(torch.zeros(2), 0.1, 0, torch.qint8)}
    torch.save(net.state_dict(), path("torch-state.pt"))
    torch.save(state, path("torch-checkpoint.pt"))
    torch.save(state, path("torch-legacy.pt"), _use_new_zipfile_serialization=False)
    torch.save(net, path("torch-module.pt"))
    torch.save(net, path("torch-module-legacy.pt"), _use_new_zipfile_serialization=False)
    torch.save([torch.zeros(1)] * 3, path("torch-shared.pt"))
    put("torch-plain.pkl", pickle.dumps(torch.zeros(3)))
    torch.jit.script(torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU())).save(path("torchscript.pt"))
    torch.jit.trace(torch.nn.Linear(3, 4), torch.zeros(1, 3)).save(path("torchscript-traced.pt"))


def h5py():
    import h5py as h, numpy as np
    for name, options in (("plain", {}), ("packed", {"compression": "gzip", "chunks": (2, 4), "shuffle": True})):
        with h.File(path(f"weights-{name}.h5"), "w") as f:
            f.attrs["backend"] = "tensorflow"
            f.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": {"name": "s", "layers": [{"class_name": "Dense", "config": {"name": "d", "units": 4}}]}})
            f.attrs["layer_names"] = np.array([b"dense"])
            g = f.create_group("dense/dense")
            g.create_dataset("kernel:0", data=np.zeros((4, 8), "f4"), **options)
            g.create_dataset("bias:0", data=np.zeros(8, "f4"))
            g.create_dataset("scalar", data=1.5)
            g.create_dataset("names", data=["a", "bb"])
            for i in range(40):
                f.create_group(f"layers/layer_{i}").create_dataset("0", data=np.full(3, i, "f4"))
    with h.File(path("weights-latest.h5"), "w", libver="latest") as f:
        f.create_dataset("a", data=np.zeros((8, 8)), chunks=(4, 4))
        f.create_group("g").attrs["x"] = "y"
        for i in range(40):
            f.create_dataset(f"g/{i}", data=np.zeros(2))
    b = io.BytesIO()
    with h.File(b, "w") as f:
        f.create_dataset("_layer_checkpoint_dependencies/dense/vars/0", data=np.zeros((4, 4), "f4"))
        f.create_dataset("_layer_checkpoint_dependencies/dense/vars/1", data=np.zeros(4, "f4"))
    config = {"module": "keras", "class_name": "Sequential", "config": {"name": "sequential", "trainable": True, "layers": [
        {"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None, 4], "dtype": "float32", "name": "in"}, "registered_name": None},
        {"module": "keras.layers", "class_name": "Dense", "config": {"name": "dense", "units": 4, "activation": "relu", "kernel_initializer": {"module": "keras.initializers", "class_name": "GlorotUniform",
         "config": {"seed": None}, "registered_name": None}}, "registered_name": None, "build_config": {"input_shape": [None, 4]}}]}, "registered_name": None,
        "compile_config": {"optimizer": {"module": "keras.optimizers", "class_name": "Adam", "config": {"learning_rate": 0.001}, "registered_name": None}, "loss": "mse"}}
    with zipfile.ZipFile(path("model.keras"), "w") as z:
        z.writestr("metadata.json", json.dumps({"keras_version": "3.3.3", "date_saved": "2026-01-01@00:00:00"}))
        z.writestr("config.json", json.dumps(config))
        z.writestr("model.weights.h5", b.getvalue())


def onnx():
    import numpy as np, onnx as o
    from onnx import helper as h, numpy_helper as n, TensorProto as T
    w = n.from_array(np.zeros((4, 3), "f4"), "w")
    body = h.make_graph([h.make_node("Relu", ["y"], ["z"])], "then", [], [h.make_tensor_value_info("z", T.FLOAT, [1, 3])])
    g = h.make_graph([h.make_node("MatMul", ["x", "w"], ["y"]), h.make_node("If", ["c"], ["o"], then_branch=body, else_branch=body), h.make_node("Constant", [], ["k"], value=w)], "g",
                     [h.make_tensor_value_info("x", T.FLOAT, [1, 4]), h.make_tensor_value_info("c", T.BOOL, [])], [h.make_tensor_value_info("o", T.FLOAT, [1, 3])], [w])
    m = h.make_model(g, producer_name="test", opset_imports=[h.make_opsetid("", 15)])
    o.save(m, path("model.onnx"))
    o.save(m, path("external.onnx"), save_as_external_data=True, location="external.data", size_threshold=0)


def r():
    if not shutil.which("Rscript"):
        raise ImportError("Rscript")
    code = """
    saveRDS(list(a=1:10, b=c("x", NA), c=TRUE, d=1i, e=as.raw(1:3), f=NULL, g=factor("a"), h=data.frame(x=1:3, y=letters[1:3])), "FOLDER/list.rds")
    saveRDS(1:5, "FOLDER/plain.rds", compress=FALSE); saveRDS(1:5, "FOLDER/bzip2.rds", compress="bzip2"); saveRDS(1:5, "FOLDER/xz.rds", compress="xz"); saveRDS(iris, "FOLDER/v2.rds", version=2)
    saveRDS(matrix(0, 3, 3), "FOLDER/matrix.rds"); x <- 1; y <- "b"; save(x, y, file="FOLDER/both.RData"); saveRDS(quote(a + b), "FOLDER/call.rds"); saveRDS(new.env(), "FOLDER/env.rds")
    saveRDS(stats::lm(mpg ~ wt, mtcars), "FOLDER/lm.rds"); saveRDS(stats::glm(am ~ wt, binomial(), mtcars), "FOLDER/review-glm.rds"); saveRDS(function(x) x, "FOLDER/review-function.rds")
    """.replace("FOLDER", folder)
    subprocess.run(["Rscript", "-e", code], check=True, stderr=subprocess.DEVNULL)


def sevenzip():
    if not shutil.which("7z"):
        raise ImportError("7z")
    for name, options in (("lzma2", []), ("lzma", ["-m0=lzma"]), ("copy", ["-mx=0"]), ("bzip2", ["-m0=bzip2"]), ("deflate", ["-m0=deflate"]), ("solid-off", ["-ms=off"])):
        subprocess.run(["7z", "a", *options, path(name + ".7z"), path("plain-4.pkl"), path("plain-0.pkl"), path("README.md"), path("empty")], check=True, stdout=subprocess.DEVNULL)


def tensorflow():
    tensor = field(8, field(1, 1) + field(2, field(2, field(1, 4))) + field(4, bytes(16)))
    graph = field(1, node("x", "Placeholder", ("dtype", field(6, 1)))) + field(1, node("w", "Const", ("value", tensor))) + field(1, node("y", "MatMul")) + field(1, node("f", "PartitionedCall"))
    library = field(2, field(1, field(1, field(1, "inner")) + field(3, node("a", "Relu")) + field(3, node("b", "inner"))))
    put("frozen.pb", graph + library + field(4, field(1, 1000)))
    put("saved_model.pb", field(1, 1) + field(2, field(1, field(4, "serve") + field(5, "2.15.0")) + field(2, graph + library + field(4, field(1, 1000))) + field(5, field(1, "d"))))
    os.makedirs(path("variables"), exist_ok=True)
    block = lambda *pairs: b"".join(varint(0) + varint(len(k)) + varint(len(v)) + k + v for k, v in pairs) + struct.pack("<II", 0, 1)
    stored = lambda b: b + b"\0" + bytes(4)
    data = block((b"", field(1, 1)), (b"a", field(1, 1) + field(5, 64)), (b"b", field(1, 1) + field(4, 64) + field(5, 32)))
    place = lambda at, b: varint(at) + varint(len(b))
    empty, at = block(), len(stored(data))
    index = block((b"b", place(0, data)))
    put("variables/variables.index", stored(data) + stored(empty) + stored(index) + (place(at, empty) + place(at + len(stored(empty)), index)).ljust(40, b"\0") + struct.pack("<Q", 0xdb4775248b80fb57))
    put("variables/variables.data-00000-of-00001", bytes(range(96)))
    put("fingerprint.pb", b"".join(field(i, 2**60 + i) for i in range(1, 6)) + field(6, field(1, 1)) + field(7, "123"))
    put("model.mlmodel", field(1, 4) + field(2, field(1, field(1, "x"))) + field(500, field(1, field(1, "dense") + field(140, field(1, 4))) + field(1, field(1, "relu") + field(130, b""))))


def tflite():
    # Built from the end, as FlatBuffers are: a model with one operator code, one empty graph, and a buffer of 16 bytes.
    def table(*fields):
        """fields: None or four bytes; the table with its vtable before it."""
        vtable = struct.pack("<HH", 4 + 2 * len(fields), 4 + 4 * len([f for f in fields if f is not None]))
        at = 4
        for f in fields:
            vtable += struct.pack("<H", at if f is not None else 0)
            at += 4 if f is not None else 0
        vtable += b"\0" * (-len(vtable) % 4)
        return vtable, struct.pack("<i", len(vtable)) + b"".join(f for f in fields if f is not None)
    # order in the file: header, model, vector of codes, code, vector of graphs, graph, vector of buffers, buffer, its data
    parts = []
    at = lambda: 8 + sum(map(len, parts))
    v, t = table(struct.pack("<I", 3), b"CODE", b"GRPH", None, b"BUFS")
    parts += [v]; model = at(); parts += [t]
    places = {}
    def vector_of_one(key):
        places[key] = at(); parts.append(struct.pack("<II", 1, 0))
        return at() - 4
    def fix(place, target):
        data = bytearray(b"".join(parts)); data[place - 8:place - 4] = struct.pack("<I", target - place); parts[:] = [bytes(data)]
    p = vector_of_one("CODE"); v, t = table(b"\0\0\0\0"); parts += [v]; target = at(); parts += [t]; fix(p, target)
    p = vector_of_one("GRPH"); v, t = table(); parts += [v]; target = at(); parts += [t]; fix(p, target)
    p = vector_of_one("BUFS"); v, t = table(b"DATA"); parts += [v]; target = at(); parts += [t]; fix(p, target)
    places["DATA"] = at(); parts.append(struct.pack("<I", 16) + bytes(16))
    data = b"".join(parts)
    for key, target in places.items():
        i = data.index(key.encode())
        data = data[:i] + struct.pack("<I", target - (8 + i)) + data[i + 4:]
    put("model.tflite", struct.pack("<I", model) + b"TFL3" + data)


def beside():
    """What lies beside models."""
    import zlib
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    put("logo.png", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b""))
    put("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xda\0\x08\1\1\0\0?\0" + b"\x12\xff\0\x34" * 20 + b"\xff\xd9")
    put("tokenizer.model", b"".join(field(1, field(1, t) + b"\x15" + struct.pack("<f", -i) + field(3, 1)) for i, t in enumerate(["<unk>", "<s>", "</s>", "a", "\u2581b"] * 10)) + field(2, field(1, "x")) + field(3, field(1, "nmt")))
    layer = lambda name: field(1, field(2, 1) + field(3, "root") + field(4, "_tf_keras_layer") + field(5, json.dumps({"class_name": name, "config": {"name": "x"}})) + field(6, field(1, 1)))
    put("keras_metadata.pb", layer("Sequential") + layer("Dense"))
    weight = lambda at, n: struct.pack("<IIQQ", 0xDEADBEEF, 1, n, at + 64).ljust(64, b"\0") + bytes(n) + bytes(-n % 64)
    put("weight.bin", struct.pack("<II", 2, 2).ljust(64, b"\0") + weight(64, 100) + weight(64 + 64 + 128, 64))
    with zipfile.ZipFile(path("model.skops"), "w") as z:
        z.writestr("schema.json", json.dumps({"__class__": "LogisticRegression", "__module__": "sklearn.linear_model._logistic", "__loader__": "ObjectNode", "content": {"__class__": "dict", "__module__": "builtins",
                   "__loader__": "DictNode", "content": {}}, "protocol": 1}))


def python():
    put("review-modeling.py", b"import torch\nfrom torch import nn\n\n\nclass Model(nn.Module):\n    def forward(self, x):\n        self.eval()\n        return x\n")
    put("review-modeling-examples.py", b'import torch\n\n\nclass Model:\n    """\n    >>> image = Image.open(requests.get(url, stream=True).raw)\n    >>> os.system("x")\n    """\n\n    name = "its"  # eval(x)\n')
    put("README-code.md", b"# A model\n\n```python\nimport os\nos.system('x')\n```\n")
    put("chat_template.jinja", CHAT.encode())
    put("config.yaml", b"model:\n  _target_: torch.nn.Linear\n  in_features: 3\n# a comment: if this works\n")
    put("prose.txt", b"For each model in the list, see below:\nimport duties were raised.\nfrom here on we import nothing\n")


for write in (plain, text, tensors, gguf, numpy, sklearn, pandas, torch, h5py, onnx, r, sevenzip, tensorflow, tflite, beside, python):
    try:
        write()
    except ImportError as e:
        print(f"benign.py: without {write.__name__}: {e}", file=sys.stderr)
