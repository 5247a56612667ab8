#!/usr/bin/env python3
"""Training time of alignd beside the same network in JAX, on this machine, now.

    python3 scripts/bench_training.py path/to/alignd [works]

Trains alignd on invented catalogs (one world of 600 works), then the same network in
JAX (single precision, one compiled step): as many groups of a true pair and ten
rivals, as many epochs, batches, neighbours, values, widths and text features,
on random data.  JAX gets the numbers ready made: reading, features of texts, the
choice of rivals and validation are alignd's alone, and compiling is not counted.
Needs jax and numpy.
"""
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

import jax
import jax.numpy as jnp
import numpy as np

D, H, K, V, F = 128, 64, 12, 8, 32  # widths, neighbours, values, features of a text
HEADS0, HEADS1, CODE, HIDDEN, FEATURES, BUCKETS, ROWS = 8, 4, 8, 32, 64, 65536, 32
BATCH, RIVALS = 16, 10
SUMMARY = HEADS0


def text(p, table, t):
    """(n, F) buckets to (n, D) vectors of length 1"""
    z = jnp.einsum("nf,nfd->nd", p["bucket_weight"][t], table[t])
    return z / jnp.sqrt((z**2).sum(-1, keepdims=True) + 1e-12)


def attend(message, z, c, c_self, c_relation):
    x = message @ c.T + c_self @ z
    return (jnp.where(x < 0, 0.2 * x, x) + c_relation).T


def softmax_with_null(x):
    e = jnp.exp(x)
    return e / (1 + e.sum(-1, keepdims=True))


def side(p, table, e):
    texts = text(p, table, e["texts"])  # itself, K neighbours, V values
    z, m0 = texts[0], texts[1:]
    x = attend(m0, z, p["attend0"], p["attend0_self"], p["attend0_relation"][e["relation"]])
    beta = softmax_with_null(x)
    around = p["project_around"] @ (beta[SUMMARY] @ m0)
    y = attend(e["z1"], z, p["attend1"], p["attend1_self"], p["attend1_relation"][e["relation"][:K]])
    return dict(z=z, m0=m0, beta=beta, gate=jax.nn.sigmoid(x), code=p["relation_code"][e["relation"]],
                around=around / jnp.sqrt((around**2).sum() + 1e-12), m1=e["z1"],
                beta1=softmax_with_null(y), gate1=jax.nn.sigmoid(y))


def squared(a, b):
    return jnp.maximum((a**2).sum(-1)[:, None] + (b**2).sum(-1)[None] - 2 * a @ b.T, 0)


def cosine(x, y):
    return x @ y / jnp.sqrt((x @ x) * (y @ y) + 1e-12)


def heads(betas, gates, bests, likes):
    agree = [b @ t for b, t in zip(betas, bests)]
    disagree = [b @ (c * (1 - t)) for b, c, t in zip(betas, likes, bests)]
    count = jnp.minimum(*[g @ t for g, t in zip(gates, bests)])
    return jnp.stack([jnp.minimum(*agree), jnp.maximum(*agree), jnp.maximum(*disagree), count / (1 + count)], 1).reshape(-1)


def logit(p, a, b):
    tau = jnp.exp(p["sharpness"])
    both = (a, b)
    kinds = (slice(0, K), slice(K, None))
    code = [squared(a["code"][k], b["code"][k]) for k in kinds]
    meet = [jnp.exp(-tau[i] * (squared(a["m0"][k], b["m0"][k]) + code[i])) for i, k in enumerate(kinds)]
    meet1 = jnp.exp(-tau[2] * (squared(a["m1"], b["m1"]) + code[0]))
    out = [1.0, 0.0, a["z"] @ b["z"]]
    out += [jnp.exp(-6 * (1 - out[2])), jnp.exp(-60 * (1 - out[2])), a["around"] @ b["around"]]
    for t, k, m in ((meet[0], kinds[0], "m0"), (meet[1], kinds[1], "m0"), (meet1, kinds[0], "m1")):
        w = [t.sum(1 - i) * s["beta"][SUMMARY][k] for i, s in enumerate(both)]
        mass = jnp.minimum(w[0].sum(), w[1].sum())
        out += [cosine(*[w[i] @ (s[m][k] if m == "m0" else s[m]) for i, s in enumerate(both)]), mass / (1 + mass)]
    like = [jnp.exp(-8 * c) for c in code]
    best0 = [jnp.concatenate([t.max(1 - i) for t in meet]) for i in (0, 1)]
    like0 = [jnp.concatenate([c.max(1 - i) for c in like]) for i in (0, 1)]
    x = jnp.concatenate([jnp.stack([jnp.asarray(f, jnp.float32) for f in out]),
                         heads([s["beta"][:HEADS0] for s in both], [s["gate"][:HEADS0] for s in both], best0, like0),
                         heads([s["beta1"] for s in both], [s["gate1"] for s in both],
                               [meet1.max(1 - i) for i in (0, 1)], [like[0].max(1 - i) for i in (0, 1)])])
    x = jnp.pad(x, (0, FEATURES - x.shape[0]))
    return p["direct"] @ x + p["output"] @ jax.nn.relu(x @ p["hidden"] + p["hidden_bias"]) + p["direct_bias"]


def loss(p, table, batch):
    """batch: (BATCH, RIVALS + 2) entities; the first two are the true pair, rivals
    share one end of it in turns"""
    flat = jax.tree.map(lambda x: x.reshape((-1,) + x.shape[2:]), batch)
    sides = jax.vmap(lambda e: side(p, table, e))(flat)
    sides = jax.tree.map(lambda x: x.reshape((BATCH, RIVALS + 2) + x.shape[1:]), sides)
    first = np.array([0] + [i % 2 for i in range(RIVALS)])
    second = np.array([1] + [i + 2 for i in range(RIVALS)])
    sign = jnp.array([-1.0] + [1.0] * RIVALS)

    def group(s):
        pick = lambda at: jax.tree.map(lambda x: x[at], s)
        return jax.nn.softplus(sign * jax.vmap(lambda a, b: logit(p, a, b))(pick(first), pick(second))).mean()

    return jax.vmap(group)(sides).mean()


@jax.jit
def step(p, mean, square, n, table, batch):
    value, g = jax.value_and_grad(loss)(p, table, batch)
    mean = jax.tree.map(lambda m, x: 0.9 * m + 0.1 * x, mean, g)
    square = jax.tree.map(lambda s, x: 0.999 * s + 0.001 * x * x, square, g)
    p = jax.tree.map(lambda w, m, s: w - 0.003 * (m / (1 - 0.9**n)) / (jnp.sqrt(s / (1 - 0.999**n)) + 1e-6), p, mean, square)
    return p, mean, square, value


def parameters(rng):
    n = lambda *shape, sd=0.1: jnp.asarray(rng.normal(0, sd, shape), jnp.float32)
    return dict(bucket_weight=1 + n(BUCKETS), relation_code=n(ROWS, CODE), attend0=n(HEADS0 + 1, D),
                attend0_self=n(HEADS0 + 1, D), attend0_relation=n(ROWS, HEADS0 + 1), project_around=n(H, D),
                attend1=n(HEADS1, 2 * H), attend1_self=n(HEADS1, D), attend1_relation=n(ROWS, HEADS1), sharpness=n(3),
                hidden=n(FEATURES, HIDDEN), hidden_bias=n(HIDDEN), output=n(HIDDEN), direct=n(FEATURES), direct_bias=n())


def train_jax(groups, epochs):
    rng = np.random.default_rng(1)
    p = parameters(rng)
    table = jnp.asarray(rng.normal(0, D**-0.5, (BUCKETS, D)), jnp.float32)
    zero = jax.tree.map(jnp.zeros_like, p)
    mean, square = zero, zero
    shape = (BATCH, RIVALS + 2)
    batches = [dict(texts=rng.integers(0, BUCKETS, shape + (1 + K + V, F)), relation=rng.integers(0, ROWS, shape + (K + V,)),
                    z1=rng.normal(0, (2 * H)**-0.5, shape + (K, 2 * H)).astype(np.float32)) for _ in range(4)]
    begun = time.monotonic()
    jax.block_until_ready(step(p, mean, square, 1.0, table, batches[0]))
    compiling = time.monotonic() - begun
    steps = epochs * -(-groups // BATCH)
    begun, used = time.monotonic(), time.process_time()
    for i in range(steps):
        p, mean, square, value = step(p, mean, square, float(i + 1), table, batches[i % 4])
    jax.block_until_ready(value)
    assert np.isfinite(value)
    return time.monotonic() - begun, time.process_time() - used, compiling


def train_alignd(alignd, works, epochs, folder):
    run = lambda *words: subprocess.run([alignd, *words], check=True, capture_output=True, text=True)
    run("synth", "--quiet", "--out", folder, "--works", str(works))
    for graph in "left", "right":
        run("load", "--quiet", "--no-explain", "--store", folder + "/store", "--graph", graph, "-m", folder + "/mapping.tsv",
            f"{folder}/{graph}.nt")
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = run("train", "--quiet", "--store", folder + "/store", "--links", folder + "/links.work.tsv", "--model", folder + "/m",
               "--epochs", str(epochs), "--patience", str(epochs), "--rivals", str(RIVALS))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    groups = int(re.search(r"training on \d+ pairs, (\d+) true", done.stderr)[1])
    seconds = float(re.search(r"epochs in ([\d.]+) s", done.stdout)[1])
    return groups, seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main():
    alignd, works, epochs = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 600, 5
    with tempfile.TemporaryDirectory() as folder:
        groups, ours, ours_cpu = train_alignd(alignd, works, epochs, folder)
    theirs, theirs_cpu, compiling = train_jax(groups, epochs)
    print(f"{groups} groups of a true pair and {RIVALS} rivals, {epochs} epochs, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}")
    print(f"alignd (all of it)       {ours:7.2f} s, {ours_cpu:7.2f} s of processor time")
    print(f"JAX {jax.__version__} (steps alone)  {theirs:7.2f} s, {theirs_cpu:7.2f} s of processor time; "
          f"compiling {compiling:.1f} s more")
    print(f"ratio                    {theirs / ours:7.2f}, {theirs_cpu / ours_cpu:7.2f} of processor time")


if __name__ == "__main__":
    main()
