#!/usr/bin/env python3
"""Writes files that people really have, with the libraries that write them, into a folder. None of them may be found at fault.

    benign.py FOLDER

A library that isn't installed is left out and named on standard error."""
import bz2, collections, datetime, decimal, gzip, io, json, lzma, os, pickle, sys, tarfile, uuid, zipfile

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
    }
    shared = [1, 2, 3]
    values["shared"] = [shared, shared, shared]
    for protocol in range(6):
        put(f"plain-{protocol}.pkl", pickle.dumps(values, protocol))
        put(f"plain-python-{protocol}.pkl", pickle._dumps(values, protocol))
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


for write in (plain, text, tensors, gguf, numpy, sklearn, pandas, torch, h5py):
    try:
        write()
    except ImportError as e:
        print(f"benign.py: without {write.__name__}: {e}", file=sys.stderr)
