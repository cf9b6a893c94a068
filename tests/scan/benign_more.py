#!/usr/bin/env python3
"""More files that people really have, with many of the options that libraries offer. None of them may be found at fault; those whose name begins with "review-" are for a person to look at.

    benign_more.py FOLDER

A library that isn't installed is left out and named on standard error."""
import collections, gzip, io, json, lzma, os, pickle, struct, sys, zipfile, zlib

from made import *

folder = sys.argv[1]
os.makedirs(folder, exist_ok=True)
path = lambda n: os.path.join(folder, n)


def put(n, data):
    with open(path(n), "wb") as f:
        f.write(data)


def numpy():
    import numpy as np
    for kind in ("?", "i1", "u1", "i2", "<u2", ">i4", "u8", "f2", "f4", ">f8", "g", "F", "D", "S5", "U7", "M8[ns]", "m8[us]", "V4"):
        a = np.zeros((2, 3), dtype=kind)
        np.save(path(f"type-{np.dtype(kind).name}-{np.dtype(kind).str[0] == '>'}.npy"), a)
        put(f"type-{np.dtype(kind).name}-{np.dtype(kind).str[0] == '>'}.pkl", pickle.dumps([a, a.T, a[0, 0], np.asfortranarray(a), a[:, ::2]], 5))
    np.save(path("empty-array.npy"), np.zeros((0, 4)))
    np.save(path("scalar.npy"), np.float64(2))
    np.save(path("five-dimensions.npy"), np.zeros((1, 2, 1, 2, 1), "f4", order="F"))
    nested = np.dtype([("point", [("x", "f4"), ("y", "f4")]), ("label", "U4"), ("grid", "i2", (2, 2)), (("a title", "titled"), "i8")])
    np.save(path("nested-record.npy"), np.zeros(3, nested))
    np.save(path("aligned.npy"), np.zeros(3, np.dtype([("a", "i1"), ("b", "f8")], align=True)))
    np.save(path("many-fields.npy"), np.zeros(1, np.dtype([(f"field_with_a_long_name_{i}", "f8") for i in range(4000)])))
    put("records.pkl", pickle.dumps([np.zeros(3, nested), np.rec.fromrecords([(1, "a")], names="n,s"), np.ma.masked_invalid([1.0, np.nan]), np.ma.array(np.zeros(2, "i4,f8"), mask=[(0, 1), (1, 0)])]))
    put("object-tree.pkl", pickle.dumps(np.array([{"a": [np.arange(3), None]}, ("b", {1, 2})], dtype=object)))
    put("generators.pkl", pickle.dumps([np.random.Generator(g(1)) for g in (np.random.PCG64, np.random.Philox, np.random.SFC64, np.random.MT19937)]))
    put("polynomials.pkl", pickle.dumps([np.poly1d([1, 2]), np.polynomial.Polynomial([1, 2]), np.polynomial.Chebyshev([1])]))
    put("protocol-5.pkl", pickle.dumps(np.arange(100), 5))
    np.savez(path("names.npz"), **{"layer/0/kernel": np.zeros((2, 2)), "layer/0/bias": np.zeros(2), "objects": np.array([None, 1], dtype=object)})
    np.savez_compressed(path("large.npz"), a=np.random.RandomState(0).rand(200, 200), b=np.array("text"))
    np.savetxt(path("numbers.txt"), np.random.RandomState(0).rand(20, 3))
    np.savetxt(path("numbers.csv"), np.random.RandomState(0).rand(20, 3), delimiter=",", header="a,b,c")
    with open(path("several-arrays.npy.gz"), "wb") as f:
        b = io.BytesIO()
        np.save(b, np.arange(5))
        f.write(gzip.compress(b.getvalue()))


def sklearn():
    import joblib, numpy as np, scipy.sparse as sp, warnings
    from sklearn import cluster, compose, decomposition, ensemble, feature_extraction, feature_selection, gaussian_process, impute, linear_model, model_selection, multioutput, naive_bayes, neighbors, neural_network, pipeline, preprocessing, svm, tree
    from sklearn.calibration import CalibratedClassifierCV
    warnings.filterwarnings("ignore")
    rng = np.random.RandomState(1)
    x, y, t = rng.rand(80, 4), rng.randint(0, 3, 80), rng.rand(80)
    words = ["a model of text", "another text", "words and more words", "text of a model"] * 20
    models = {
        "columns": compose.ColumnTransformer([("scaled", preprocessing.StandardScaler(), [0, 1]), ("bins", preprocessing.KBinsDiscretizer(3), [2]), ("kept", "passthrough", [3])]).fit(x),
        "text": pipeline.make_pipeline(feature_extraction.text.TfidfVectorizer(ngram_range=(1, 2), stop_words="english"), linear_model.SGDClassifier()).fit(words, y),
        "hashing": pipeline.make_pipeline(feature_extraction.text.HashingVectorizer(n_features=64), naive_bayes.BernoulliNB()).fit(words, y),
        "search": model_selection.GridSearchCV(svm.SVC(probability=True), {"C": [1, 10], "kernel": ["rbf", "linear"]}, cv=3).fit(x, y),
        "random-search": model_selection.RandomizedSearchCV(tree.DecisionTreeClassifier(), {"max_depth": [2, 3, 4]}, n_iter=2, cv=model_selection.StratifiedKFold(3), scoring="f1_macro").fit(x, y),
        "stacking": ensemble.StackingClassifier([("tree", tree.DecisionTreeClassifier()), ("near", neighbors.KNeighborsClassifier())], final_estimator=linear_model.LogisticRegression()).fit(x, y),
        "voting": ensemble.VotingRegressor([("forest", ensemble.RandomForestRegressor(5)), ("ridge", linear_model.Ridge())]).fit(x, t),
        "calibrated": CalibratedClassifierCV(svm.LinearSVC(), method="isotonic", cv=3).fit(x, y),
        "union": pipeline.FeatureUnion([("pca", decomposition.PCA(2)), ("best", feature_selection.SelectKBest(feature_selection.f_classif, k=2))]).fit(x, y),
        "function": preprocessing.FunctionTransformer(np.log1p).fit(x), "outputs": multioutput.MultiOutputRegressor(linear_model.LinearRegression()).fit(x, np.c_[t, t]),
        "process": gaussian_process.GaussianProcessRegressor(gaussian_process.kernels.RBF() + gaussian_process.kernels.WhiteKernel()).fit(x, t),
        "network": neural_network.MLPClassifier((8,), early_stopping=True).fit(x, y), "kmeans": cluster.MiniBatchKMeans(3).fit(x), "imputer": impute.KNNImputer().fit(x), "encoder": preprocessing.OrdinalEncoder().fit([["a"], ["b"]]),
        "onehot": preprocessing.OneHotEncoder(handle_unknown="ignore").fit([["a", 1], ["b", 2]]), "gradient": ensemble.GradientBoostingClassifier(n_estimators=5).fit(x, y), "histogram": ensemble.HistGradientBoostingRegressor(max_iter=5).fit(x, t),
        "isolation": ensemble.IsolationForest(n_estimators=5).fit(x), "ball": neighbors.BallTree(x), "kd": neighbors.KDTree(x), "radius": neighbors.RadiusNeighborsClassifier(5).fit(x, y), "lasso": linear_model.LassoCV().fit(x, t),
        "sparse": [sp.csr_matrix(x), sp.csc_matrix(x), sp.coo_matrix(x), sp.lil_matrix(x), sp.dok_matrix(x), sp.bsr_matrix(x), sp.dia_matrix(x)],
    }
    for key, m in models.items():
        put(f"sk-{key}.pkl", pickle.dumps(m))
        joblib.dump(m, path(f"sk-{key}.joblib"))
    joblib.dump(models, path("sk-all.joblib.z"), compress=("zlib", 9))
    joblib.dump({"model": models["columns"], "memo": np.asfortranarray(x), "dates": np.array(["2026-01-01"], "M8[D]"), "objects": np.array(["a", None], dtype=object)}, path("sk-mixed.joblib"))
    joblib.dump([np.ma.array([1, 2], mask=[0, 1]), np.matrix([[1.0]]), x.astype(">f4"), np.zeros((0, 3)), np.array(5)], path("sk-odd-arrays.joblib"))


def pandas():
    import pandas as pd, numpy as np
    n = 6
    when = pd.date_range("2026-01-01", periods=n, freq="H", tz="Europe/Amsterdam")
    frames = {
        "dates": pd.DataFrame({"a": range(n)}, index=when), "periods": pd.DataFrame({"a": range(n)}, index=pd.period_range("2026-01", periods=n, freq="M")), "deltas": pd.Series(pd.to_timedelta(range(n), unit="h")),
        "categories": pd.DataFrame({"c": pd.Categorical(list("abcabc"), categories=list("abc"), ordered=True), "i": pd.cut(range(n), 3)}), "levels": pd.DataFrame(np.zeros((n, 2)), index=pd.MultiIndex.from_product([range(3), list("ab")], names=["x", "y"])),
        "nullable": pd.DataFrame({"i": pd.array([1, None] * 3, "Int32"), "f": pd.array([1.5, None] * 3, "Float64"), "b": pd.array([True, None] * 3, "boolean"), "s": pd.array(["a", None] * 3, "string")}),
        "sparse": pd.DataFrame({"s": pd.arrays.SparseArray([0, 0, 1] * 2)}), "intervals": pd.Series(pd.interval_range(0, n)), "empty": pd.DataFrame(), "duplicate-columns": pd.DataFrame(np.zeros((2, 2)), columns=["a", "a"]),
        "objects": pd.DataFrame({"o": [[1], {"a": 1}, None, (1,), "x", 1.5]}), "named": pd.Series([1.0, 2.0], name="price", index=["a", "b"]), "zones": pd.Series(pd.to_datetime(["2026-01-01"] * 2, utc=True)),
        "attributes": pd.DataFrame({"a": [1]}), "wide": pd.DataFrame(np.zeros((3, 300))),
    }
    frames["attributes"].attrs["source"] = "a survey"
    for key, f in frames.items():
        f.to_pickle(path(f"pd-{key}.pkl"))
    frames["nullable"].to_pickle(path("pd-packed.pkl.gz"))
    frames["nullable"].to_pickle(path("pd-packed.pkl.xz"))
    frames["nullable"].to_pickle(path("pd-packed.pkl.zip"))
    put("pd-parts.pkl", pickle.dumps([pd.Timestamp("2026-01-01", tz="UTC"), pd.Timedelta("1d"), pd.offsets.MonthEnd(), pd.offsets.BusinessDay(2), pd.CategoricalDtype(list("ab")), pd.DatetimeTZDtype(tz="UTC"), pd.NaT, pd.Index(["a"])]))
    frames["dates"].to_csv(path("pd-table.csv"))
    frames["wide"].to_json(path("pd-table.json"))


def torch():
    import torch
    nn = torch.nn
    for kind in ("float16", "bfloat16", "float32", "float64", "int8", "uint8", "int16", "int32", "int64", "bool", "complex64", "complex128"):
        torch.save(torch.zeros(2, 3).to(getattr(torch, kind)), path(f"pt-{kind}.pt"))
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.GroupNorm(1, 2), nn.GELU(), nn.Flatten(), nn.Dropout(0.1), nn.Linear(8, 2))
    blocks = nn.ModuleDict({"embed": nn.Embedding(10, 4), "layers": nn.ModuleList([nn.TransformerEncoderLayer(4, 2, 8) for _ in range(2)]), "gru": nn.GRU(4, 4, 2, bidirectional=True), "up": nn.ConvTranspose1d(1, 1, 2)})
    torch.save(net, path("pt-module.pt"))
    torch.save(blocks, path("pt-blocks.pt"))
    torch.save(blocks.state_dict(), path("pt-blocks-state.pt"))
    torch.save({"state_dict": net.state_dict(), "hyper_parameters": {"lr": 0.1, "name": "net"}, "epoch": 3, "callbacks": {"best": float("inf")}, "pytorch-lightning_version": "2.0.0", "loops": {}}, path("pt-lightning.ckpt"))
    for key, make in {"sgd": lambda p: torch.optim.SGD(p, 0.1, momentum=0.9), "adamw": lambda p: torch.optim.AdamW(p, 0.1, amsgrad=True), "adagrad": lambda p: torch.optim.Adagrad(p), "rmsprop": lambda p: torch.optim.RMSprop(p)}.items():
        opt = make(net.parameters())
        net(torch.zeros(1, 1, 4, 4)).sum().backward()
        opt.step()
        schedule = torch.optim.lr_scheduler.StepLR(opt, 2)
        torch.save({"optimizer": opt.state_dict(), "scheduler": schedule.state_dict()}, path(f"pt-{key}.pt"))
    torch.save({"rng": torch.get_rng_state(), "sparse": torch.eye(3).to_sparse(), "csr": torch.eye(3).to_sparse_csr(), "view": torch.arange(10)[::2], "expanded": torch.zeros(1).expand(5), "transposed": torch.zeros(2, 3).t(), "parameters": list(net.parameters()),
                "empty": torch.zeros(0), "conj": torch.zeros(2, dtype=torch.complex64).conj(), "channel": torch.quantize_per_channel(torch.zeros(2, 2), torch.ones(2), torch.zeros(2), 0, torch.qint8), "tuple": (torch.Size([1, 2]), torch.device("cpu"), torch.strided)}, path("pt-kinds.pt"))
    torch.save([torch.zeros(3)] * 2, path("pt-legacy.pt"), _use_new_zipfile_serialization=False)
    torch.save(torch.zeros(3), path("pt-protocol-4.pt"), pickle_protocol=4)
    torch.jit.trace(net, torch.zeros(1, 1, 4, 4)).save(path("pt-traced.pt"))
    torch.jit.script(nn.Sequential(nn.Linear(2, 2), nn.Tanh())).save(path("pt-script.pt"))
    for i in range(2):
        torch.save({k: v for j, (k, v) in enumerate(net.state_dict().items()) if j % 2 == i}, path(f"pytorch_model-{i + 1:05d}-of-00002.bin"))
    put("pytorch_model.bin.index.json", json.dumps({"metadata": {"total_size": 100}, "weight_map": {k: "pytorch_model-00001-of-00002.bin" for k in net.state_dict()}}).encode())


def h5py():
    import h5py as h, numpy as np
    options = {"lzf": {"compression": "lzf", "chunks": True}, "gzip": {"compression": 9, "shuffle": True, "fletcher32": True, "chunks": (4, 4)}, "resizable": {"maxshape": (None, 8), "chunks": (2, 8)}, "scale": {"scaleoffset": 2, "chunks": True}, "filled": {"fillvalue": 3}}
    for key, o in options.items():
        for version in ("earliest", "latest", "v108"):
            with h.File(path(f"h5-{key}-{version}.h5"), "w", libver=version if version != "v108" else ("v108", "v108")) as f:
                f.create_dataset("g/x", data=np.arange(64, dtype="i4").reshape(8, 8), **o)
                f["g"].attrs["unit"] = "m"
    with h.File(path("h5-types.h5"), "w") as f:
        f["bool"], f["complex"], f["half"], f["big"] = np.array([True]), np.zeros(2, "c8"), np.zeros(2, "f2"), np.zeros(2, ">f8")
        f["record"] = np.zeros(2, [("a", "i4"), ("b", "S3")])
        f.create_dataset("words", data=["a", "bb", "ccc"], dtype=h.string_dtype())
        f.create_dataset("ragged", (2,), dtype=h.vlen_dtype("i4"))[0] = [1, 2]
        f.create_dataset("kind", (2,), dtype=h.enum_dtype({"A": 0, "B": 1}, "i1"))
        f.create_dataset("refs", data=[f["bool"].ref, f["half"].ref], dtype=h.ref_dtype)
        f["named"] = np.dtype("f8")
        f.create_dataset("of-named", (2,), dtype=f["named"])
        f.attrs.create("typed", [1.0, 2.0], dtype=f["named"])
        f.attrs["empty"] = h.Empty("f4")
        f["hard"] = f["bool"]
        f.create_group("ordered", track_order=True).create_group("x")
    with h.File(path("h5-many.h5"), "w", libver="latest") as f:
        for i in range(300):
            f.create_dataset(f"model_weights/layer_{i}/kernel:0", data=np.full((2, 2), i, "f4"))
        for i in range(40):
            f.attrs[f"attribute_{i}"] = f"value {i}"
    with h.File(path("h5-block.h5"), "w", userblock_size=1024) as f:
        f["x"] = np.zeros(3)
    with h.File(path("h5-scales.h5"), "w") as f:
        f["t"], f["x"] = np.zeros(3), np.zeros(3)
        f["t"].make_scale("time")
        f["x"].dims[0].attach_scale(f["t"])


def plain():
    values = {"counter": collections.Counter("aab"), "chain": collections.ChainMap({"a": 1}), "nested": {i: {j: [i, j] for j in range(5)} for i in range(5)}, "long": 10**100, "text": "\u2028\U0001f600\x00", "lone": "\ud800",
              "bytes": [bytes(range(256)), b"\x80\x04", b"\x80\x04K", b"cos", b"(dp0", b"\x1f\x8b", b"PK", gzip.compress(b"just text"), zlib.compress(b"more text"), lzma.compress(b"x" * 1000)], "names": ["os.system", "cos\nsystem\n", "__class__", "{{ x.__class__ }}"],
              "slices": [slice(None), slice(1, 2, 3)], "recursive": []}
    values["recursive"].append(values["recursive"])
    for protocol in range(6):
        put(f"odd-values-{protocol}.pkl", pickle.dumps(values, protocol))
    put("shared.pkl", pickle.dumps([values["nested"]] * 50))
    put("deep.pkl", pickle.dumps(json.loads("[" * 300 + "]" * 300)))
    put("vocab.pkl", pickle.dumps({f"word{i}": i for i in range(50000)}, 4))
    put("streams.pkl", b"".join(pickle.dumps({"step": i}) for i in range(100)))
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2):
        put(f"folder-{method}.zip", zipped([("model/", b""), ("model/weights.pkl", pickle.dumps(values)), ("model/README.md", b"# A model\n"), ("model/config.json", b"{}"), ("model/empty", b"")], method))
    put("comment.zip", (lambda z: z[:-2] + struct.pack("<H", 9) + b"a comment")(zipped([("a.txt", b"hello")])))
    b = io.BytesIO()
    with zipfile.ZipFile(b, "w") as z:
        with z.open("streamed.txt", "w", force_zip64=True) as f:
            f.write(b"hello")
    put("wide.zip", b.getvalue())
    for mode in ("w", "w:gz", "w:bz2", "w:xz"):
        put(f"folder-{mode[2:] or 'plain'}.tar", tarred([("./model/a.pkl", pickle.dumps(1)), ("./model/" + "long-name" * 20, b"text"), ("./model/\u00e9.txt", b"text")], mode))


TEMPLATES = {
    "chatml": "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
    "tools": "{%- if tools %}\n    {{- '<|im_start|>system\\n' }}\n    {%- if messages[0].role == 'system' %}\n        {{- messages[0].content + '\\n\\n' }}\n    {%- endif %}\n    {{- \"# Tools\\n\\nYou may call one or more functions:\\n<tools>\" }}\n    {%- for tool in tools %}\n        {{- \"\\n\" }}\n        {{- tool | tojson }}\n    {%- endfor %}\n{%- endif %}\n{%- set ns = namespace(multi_step_tool=true, last_query_index=messages|length - 1) %}\n{%- for message in messages[::-1] %}\n    {%- set index = (messages|length - 1) - loop.index0 %}\n    {%- if ns.multi_step_tool and message.role == \"user\" and not(message.content.startswith('<tool_response>') and message.content.endswith('</tool_response>')) %}\n        {%- set ns.multi_step_tool = false %}\n        {%- set ns.last_query_index = index %}\n    {%- endif %}\n{%- endfor %}\n{%- for message in messages %}\n    {%- if '</think>' in message.content %}\n        {%- set reasoning = message.content.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}\n    {%- endif %}\n    {%- if loop.last or (not loop.last and loop.index0 > ns.last_query_index) %}{{- message.content }}{%- endif %}\n{%- endfor %}",
    "macro": "{%- macro render(item, depth=0) -%}\n{%- for key, value in item.items() -%}\n{%- if value is mapping -%}{{ render(value, depth + 1) }}{%- elif value is iterable and value is not string -%}{{ value | join(', ') }}{%- else -%}{{ ' ' * depth ~ key ~ ': ' ~ value }}{%- endif -%}\n{%- endfor -%}\n{%- endmacro -%}\n{{ bos_token }}{{ render(messages[0]) }}",
    "dates": "{{- \"Cutting Knowledge Date: December 2023\\n\" }}{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now(\"%d %b %Y\") %}{%- else %}{%- set date_string = \"26 Jul 2024\" %}{%- endif %}{%- endif %}{{- \"Today Date: \" + date_string }}",
    "filters": "{% set system = messages | selectattr('role', 'equalto', 'system') | map(attribute='content') | list %}{{ system | first | default('') | trim }}{{ messages[(messages | length) - 1]['content'] | replace('\\n', ' ') | upper }}",
    "unicode": "{{ '<\uff5cUser\uff5c>' + messages[0]['content'] + '\\u2581' }}{% set x = {'a': 1, \"b\": [1, 2]} %}{{ x['b'][0] }}{{ messages[loop_index * 2] if false else '' }}",
    "ns-list": "{% set ns = namespace(out=[]) %}{% for m in messages %}{% set ns.out = ns.out + [m['role'] ~ ':'] %}{% endfor %}{{ ns.out | join('') }}{{ eos_token if add_eos else '' }}",
}


def texts():
    for key, t in TEMPLATES.items():
        put(f"chat-{key}.json", json.dumps({"chat_template": t, "tokenizer_class": "X"}).encode())
        put(f"chat-{key}.jinja", t.encode())
        put(f"chat-{key}.gguf", gguf(("general.architecture", 8, "x"), ("tokenizer.chat_template", 8, t)))
    put("chat-list.json", json.dumps({"chat_template": [{"name": k, "template": t} for k, t in TEMPLATES.items()]}).encode())
    put("tokenizer.json", json.dumps({"version": "1.0", "added_tokens": [{"id": 0, "content": "<s>"}], "normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}]}, "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(?i:'s|'t)|\\p{N}"}}, "post_processor": {"type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}]}, "model": {"type": "BPE", "vocab": {"a": 0, "__class__": 1, "os.system": 2, "{{": 3, "eval(": 4}, "merges": [["a", "b"]]}}).encode())
    put("merges.txt", b"#version: 0.2\n\xc4\xa0 t\n\xc4\xa0 a\nh e\ni n\nr e\no n\n( )\n. .\nim port\n")
    put("vocab.txt", "\n".join(["[PAD]", "[UNK]", "[unused1]", "the", "import", "class", "for", "while", "return", "with", "lambda", "def", "if", "##ing", "(", ")", "print", "exec", "eval", "os", "system"]).encode())
    put("words.txt", "\n".join(["import", "class", "return", "for", "with", "assert", "del", "raise", "print", "exec", "match", "case", "os", "system"]).encode())
    put("labels.txt", b"tench\ngoldfish\ncrane (bird)\ncrane (machine)\nkite\nsea_lion\n")
    put("synsets.txt", b"n01440764 tench, Tinca tinca\nn01443537 goldfish, Carassius auratus\n")
    put("requirements.txt", b"torch>=2.0\ntransformers==4.40.0\nnumpy\nscikit-learn[alldeps]>=1.2; python_version >= '3.9'\n")
    put("LICENSE", b"Permission is hereby granted, free of charge, to any person obtaining a copy\nof this software, to deal in it (the \"Software\") without restriction:\n\n    class of users: import, export and use.\n")
    put("README.md", b"---\nlicense: mit\ntags:\n- text\n---\n# A model\n\nCall `model.eval()` first; do not use `eval()`.\n\n```python\nimport torch\nmodel = torch.load('x.pt')\nexec('1')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nfrom here on, see the import notes. print(x) shows it.\n")
    put("notes.txt", b"Steps:\n1. download the file (see above)\n2. unpack it\nexec() is never called.\n")
    put("modules.json", json.dumps([{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}]).encode())
    put("adapter_config.json", json.dumps({"auto_mapping": None, "base_model_name_or_path": "x/y", "peft_type": "LORA", "target_modules": ["q_proj", "v_proj"], "r": 8}).encode())
    put("adapter_config_mapped.json", json.dumps({"auto_mapping": {"base_model_class": "BertModel", "parent_library": "transformers.models.bert.modeling_bert"}, "peft_type": "LORA"}).encode())
    put("model_index.json", json.dumps({"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.27", "unet": ["diffusers", "UNet2DConditionModel"], "text_encoder": ["transformers", "CLIPTextModel"], "safety_checker": [None, None], "requires_safety_checker": True}).encode())
    put("generation_config.json", json.dumps({"trust_remote_code": False, "eos_token_id": [1, 2], "transformers_version": "4.40.0"}).encode())
    put("trainer_state.json", json.dumps({"log_history": [{"loss": 1.0 / (i + 1), "step": i} for i in range(200)], "best_metric": None}).encode())
    put("lines.jsonl", b"".join(json.dumps({"text": f"line {i}", "label": i % 2}).encode() + b"\n" for i in range(100)))
    put("hydra.yaml", b"model:\n  _target_: torch.nn.Linear\n  in_features: 3\ntrainer:\n  _target_: pytorch_lightning.Trainer\n  max_epochs: 3\n")
    put("MLmodel", b"artifact_path: model\nflavors:\n  python_function:\n    env:\n      virtualenv: python_env.yaml\n    loader_module: mlflow.sklearn\n    model_path: model.pkl\n    python_version: 3.11.2\n  sklearn:\n    pickled_model: model.pkl\n    serialization_format: cloudpickle\nmodel_uuid: abc\n")
    put("conda.yaml", b"channels:\n- conda-forge\ndependencies:\n- python=3.11.2\n- pip<=23\n- pip:\n  - mlflow==2.0\nname: mlflow-env\n")
    put("targets.yaml", b"target: accuracy\nmetrics:\n  target_dataset: glue.mrpc\n  target: 0.9\n")
    put("tfevents.csv", b"step,loss\n1,0.5\n2,0.4\n")
    put("vectors.txt", b"3 2\nthe 0.1 0.2\na 0.3 0.4\nof -0.5 0.6\n")
    put("Modelfile", b"FROM ./model.gguf\nPARAMETER temperature 0.7\nTEMPLATE \"\"\"{{ if .System }}<|system|>{{ .System }}{{ end }}{{ .Prompt }}\"\"\"\nSYSTEM You are helpful.\n")
    put("review-notebook.ipynb", json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode())


def ubj(v):
    """Universal Binary JSON as XGBoost writes it: names and texts with lengths of 64 bits, arrays of numbers typed."""
    size = lambda n: b"L" + struct.pack(">q", n)
    if isinstance(v, dict):
        return b"{" + b"".join(size(len(k)) + k.encode() + ubj(x) for k, x in v.items()) + b"}"
    if isinstance(v, str):
        return b"S" + size(len(v.encode())) + v.encode()
    if isinstance(v, bool):
        return b"T" if v else b"F"
    if isinstance(v, int):
        return b"L" + struct.pack(">q", v)
    if isinstance(v, float):
        return b"d" + struct.pack(">f", v)
    if v and all(isinstance(x, float) for x in v):
        return b"[$d#" + size(len(v)) + struct.pack(f">{len(v)}f", *v)
    return b"[#" + size(len(v)) + b"".join(map(ubj, v))


def boosters():
    model = {"learner": {"attributes": {}, "feature_names": ["a", "b"], "gradient_booster": {"model": {"gbtree_model_param": {"num_trees": "1"}, "trees": [{"base_weights": [0.1, 0.2, -0.3], "id": 0, "categories": [], "split_conditions": [0.5, 1.0, 2.0]}]},
             "name": "gbtree"}, "objective": {"name": "binary:logistic"}, "learner_model_param": {"base_score": "5E-1", "num_class": "0"}}, "version": [2, 0, 3], "flag": True}
    put("xgboost.ubj", ubj(model))
    put("xgboost.json", json.dumps(model).encode())
    put("lightgbm.txt", b"tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\nmax_feature_idx=1\nobjective=binary sigmoid:1\nfeature_names=a b\nfeature_infos=[0:1] [0:1]\ntree_sizes=300\n\nTree=0\nnum_leaves=2\n"
        b"num_cat=0\nsplit_feature=0\nsplit_gain=1.5\nthreshold=0.5\ndecision_type=2\nleft_child=-1\nright_child=-2\nleaf_value=0.1 -0.1\nshrinkage=1\n\n\nend of trees\n\nfeature_importances:\na=1\n\nparameters:\n[boosting: gbdt]\nend of parameters\n\npandas_categorical:null\n")
    core = struct.pack("<I", 16) + bytes(60)
    put("catboost.cbm", b"CBM1" + struct.pack("<I", len(core)) + core)


def safetensors():
    kinds = {"BOOL": 8, "U8": 8, "I8": 8, "F8_E5M2": 8, "F8_E4M3": 8, "I16": 16, "F16": 16, "BF16": 16, "I32": 32, "F32": 32, "F64": 64, "I64": 64, "C64": 64, "F4": 4}
    for kind, bits in kinds.items():
        put(f"st-{kind}.safetensors", tensors({"__metadata__": {"format": "pt"}, "a": {"dtype": kind, "shape": [2, 4], "data_offsets": [0, bits]}}, bytes(bits)))
    header, data = {}, 0
    for i in range(500):
        header[f"model.layers.{i}.weight"] = {"dtype": "F32", "shape": [4], "data_offsets": [data, data + 16]}
        data += 16
    put("st-many.safetensors", tensors(header, bytes(data)))
    put("st-padded.safetensors", tensors(json.dumps({"a": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}, "b": {"dtype": "F32", "shape": [0, 5], "data_offsets": [4, 4]}}).encode().ljust(256), bytes(4)))


for write in (numpy, sklearn, pandas, torch, h5py, plain, texts, boosters, safetensors):
    try:
        write()
    except ImportError as e:
        print(f"benign_more.py: without {write.__name__}: {e}", file=sys.stderr)
