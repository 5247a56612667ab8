#!/usr/bin/env python3
"""The network once more, in JAX and double precision: what the C is held to.

    python3 scripts/reference_network.py tests/data

makes a small random model (network.safetensors), random neighbourhoods, the
level-1 vectors, features and scores they must give (network.cases), and gradients
of the logit and of a level-1 vector (network.gradients).
Needs jax and numpy.  Written from model.md, pair by pair, for reading.
"""
import json
import struct
import sys

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np

HEADS0, HEADS1, CODE, HIDDEN, OTHERS = 8, 4, 8, 32, 64
SUMMARY = HEADS0
TEXT_KINDS = 15
FIRST_HEAD = 12
USED = FIRST_HEAD + 4 * (HEADS0 + HEADS1)
FEATURES = (USED + 15) // 16 * 16


def leaky_relu(x):
    return jnp.where(x < 0, 0.2 * x, x)


def saturate(x):
    return x / (1 + x)


def softmax_with_null(logit):
    """over the last axis, with one more that has logit 0 and is left out"""
    e = jnp.exp(logit)
    return e / (1 + e.sum(-1, keepdims=True))


def row_of(p, relation):
    known = p["relation_code"].shape[0] - 2 * OTHERS
    return np.where(relation < known, relation, known + (relation - known) // OTHERS)


def transform(z, row, down, up, gate):
    return z + ((z @ down.T) * gate[row]) @ up


def logits(message, z_self, row, c, c_self, c_relation):
    return (leaky_relu(message @ c.T + c_self @ z_self) + c_relation[row]).T


class Side:
    """One entity: level-0 messages, attention, level-1 vector.  traced: the
    vectors to take instead of the entity's, when a gradient is wanted."""

    def __init__(self, p, entity, traced=None):
        self.z0 = z0 = (traced or entity)["z0"]
        self.named = bool((np.abs(entity["z0"]) > 0).any())
        self.rows_e, self.rows_v = row_of(p, entity["rel_e"]), row_of(p, entity["rel_v"])
        self.code_e, self.code_v = p["relation_code"][entity["rel_e"]], p["relation_code"][entity["rel_v"]]
        self.said_e, self.said_v = [(np.abs(entity[z]) > 0).any(-1) for z in ("z0_e", "z0_v")]
        z_e, z_v = (traced or entity)["z0_e"], (traced or entity)["z0_v"]
        self.message_e = transform(z_e, self.rows_e, p["down0"], p["up0"], p["gate0"])
        self.message_v = transform(z_v, self.rows_v, p["down0"], p["up0"], p["gate0"])
        logit_e = logits(self.message_e, z0, self.rows_e, p["attend0"], p["attend0_self"], p["attend0_relation"])
        logit_v = logits(self.message_v, z0, self.rows_v, p["attend0"], p["attend0_self"], p["attend0_relation"])
        logit = jnp.concatenate([logit_e, logit_v + p["attend0_value"].T], 1)
        self.beta, self.gate = softmax_with_null(logit), jax.nn.sigmoid(logit)
        self.n_e = len(z_e)

        both = jnp.concatenate([self.message_e, self.message_v])
        around = p["project_around"] @ (self.beta[SUMMARY] @ both)
        length = jnp.sqrt((around**2).sum())
        self.around = jnp.where(length > 1e-12, around / jnp.where(length > 1e-12, length, 1), 0)
        scale = p["around_scale"][0, 0]
        self.z1 = jnp.concatenate([p["project_self"] @ z0, scale * self.around])

        self.said_1 = (np.abs(entity["z1_e"]) > 0).any(-1)
        z1_e = (traced or entity)["z1_e"]
        self.message_1 = transform(z1_e, self.rows_e, p["down1"], p["up1"], p["gate1"])
        logit = logits(self.message_1, z0, self.rows_e, p["attend1"], p["attend1_self"], p["attend1_relation"])
        self.beta_1, self.gate_1 = softmax_with_null(logit), jax.nn.sigmoid(logit)


def meet(message_a, said_a, code_a, message_b, said_b, code_b, tau):
    """(similarity, comparable), each (n_a, n_b)"""
    far = ((message_a[:, None] - message_b[None]) ** 2).sum(-1)
    code = ((code_a[:, None] - code_b[None]) ** 2).sum(-1)
    both = said_a[:, None] & said_b[None]
    return jnp.where(both, jnp.exp(-tau * (far + code)), 0), jnp.exp(-8 * code)


def most(x, axis):
    return x.max(axis) if x.shape[axis] else jnp.zeros(x.shape[1 - axis])


def cosine(x, y):
    lengths = jnp.sqrt((x**2).sum()) * jnp.sqrt((y**2).sum())
    return jnp.where(lengths > 1e-20, (x * y).sum() / jnp.where(lengths > 1e-20, lengths, 1), 0.0)


def head_features(betas, gates, bests, comparables):
    """agree lo, agree hi, disagree hi, count lo of every head"""
    agree = [b @ t for b, t in zip(betas, bests)]
    disagree = [b @ (c * (1 - t)) for b, c, t in zip(betas, comparables, bests)]
    count = [g @ t for g, t in zip(gates, bests)]
    return jnp.stack([jnp.minimum(*agree), jnp.maximum(*agree), jnp.maximum(*disagree),
                      saturate(jnp.minimum(*count))], 1).reshape(-1)


def features(p, a, b):
    tau = jnp.exp(p["sharpness"][:, 0])
    pair = (a, b)
    e0, like_e = meet(a.message_e, a.said_e, a.code_e, b.message_e, b.said_e, b.code_e, tau[0])
    v0, like_v = meet(a.message_v, a.said_v, a.code_v, b.message_v, b.said_v, b.code_v, tau[1])
    e1, _ = meet(a.message_1, a.said_1, a.code_e, b.message_1, b.said_1, b.code_e, tau[2])

    both, cos = float(a.named and b.named), a.z0 @ b.z0
    out = [both, float(a.named != b.named), both * cos, both * jnp.exp(-6 * (1 - cos)),
           both * jnp.exp(-60 * (1 - cos)), a.around @ b.around]

    def weights(similarity, part):
        return [similarity.sum(1 - i) * s.beta[SUMMARY][part(s)] for i, s in enumerate(pair)]

    w_e = weights(e0, lambda s: slice(0, s.n_e))
    w_v = weights(v0, lambda s: slice(s.n_e, None))
    w_1 = weights(e1, lambda s: slice(0, s.n_e))
    out += [cosine(w_e[0] @ a.message_e, w_e[1] @ b.message_e),
            cosine(w_v[0] @ a.message_v, w_v[1] @ b.message_v),
            cosine(w_1[0] @ a.message_1, w_1[1] @ b.message_1)]
    out += [saturate(jnp.minimum(w[0].sum(), w[1].sum())) for w in (w_e, w_v, w_1)]

    best0 = [jnp.concatenate([most(e0, 1 - i), most(v0, 1 - i)]) for i in (0, 1)]
    like0 = [jnp.concatenate([most(like_e, 1 - i), most(like_v, 1 - i)]) for i in (0, 1)]
    best1, like1 = [most(e1, 1 - i) for i in (0, 1)], [most(like_e, 1 - i) for i in (0, 1)]
    level0 = head_features([s.beta[:HEADS0] for s in pair], [s.gate[:HEADS0] for s in pair], best0, like0)
    level1 = head_features([s.beta_1 for s in pair], [s.gate_1 for s in pair], best1, like1)
    out = jnp.concatenate([jnp.stack([jnp.asarray(x, float) for x in out]), level0, level1])
    return jnp.concatenate([out, jnp.zeros(FEATURES - USED)])


def logit(p, x):
    hidden = jax.nn.relu(x @ p["hidden"] + p["hidden_bias"][:, 0])
    return p["direct"][:, 0] @ x + p["output"][:, 0] @ hidden + p["direct_bias"][0, 0]


def probability(p, l):
    return jax.nn.sigmoid(p["calibration"][0, 0] * l + p["calibration"][1, 0])


VECTORS = ("z0", "z0_e", "z0_v", "z1_e")
PARAMETERS = (
    "relation_code down0 up0 gate0 attend0 attend0_self attend0_relation attend0_value project_self project_around "
    "around_scale down1 up1 gate1 attend1 attend1_self attend1_relation sharpness hidden hidden_bias output direct "
    "direct_bias").split()


def gradients(p, a, b, weights):
    """of the logit of (a, b) by parameters and both sides' vectors; of weights . z1 of a"""
    def of_logit(p, x, y):
        return logit(p, features(p, Side(p, a, x), Side(p, b, y)))

    def of_vector1(p, x):
        return weights @ Side(p, a, x).z1

    x, y = [{k: jnp.asarray(e[k], jnp.float64) for k in VECTORS} for e in (a, b)]
    return jax.grad(of_logit, (0, 1, 2))(p, x, y), jax.grad(of_vector1, (0, 1))(p, x)


def write_gradients(f, parameters, *sides):
    for name in PARAMETERS:
        f.write(np.asarray(parameters[name], np.float32).tobytes())
    for side in sides:
        for name in VECTORS:
            f.write(np.asarray(side[name], np.float32).tobytes())


def random_model(rng, names, d=64, h=16, rank0=4, rank1=3, buckets=16):
    rows, codes = 2 * len(names) + 2, 2 * len(names) + 2 * OTHERS
    n = lambda r, c, sd: rng.normal(0, sd, (r, c)).astype(np.float32)
    p = dict(
        bucket_weight=1 + n(buckets, 1, 0.1), kind_weight=1 + n(TEXT_KINDS, 1, 0.1),
        relation_code=n(codes, CODE, 0.15),
        down0=n(rank0, d, 0.3), up0=n(rank0, d, 0.1), gate0=n(rows, rank0, 1),
        attend0=n(HEADS0 + 1, d, 1), attend0_self=n(HEADS0 + 1, d, 1),
        attend0_relation=n(rows, HEADS0 + 1, 1), attend0_value=n(1, HEADS0 + 1, 1),
        project_self=n(h, d, d**-0.5), project_around=n(h, d, d**-0.5), around_scale=1 + n(1, 1, 0.1),
        down1=n(rank1, 2 * h, 0.3), up1=n(rank1, 2 * h, 0.1), gate1=n(rows, rank1, 1),
        attend1=n(HEADS1, 2 * h, 1), attend1_self=n(HEADS1, d, 1), attend1_relation=n(rows, HEADS1, 1),
        sharpness=n(3, 1, 0.2), hidden=n(FEATURES, HIDDEN, 0.3), hidden_bias=n(HIDDEN, 1, 0.3),
        output=n(HIDDEN, 1, 0.3), direct=n(FEATURES, 1, 0.3), direct_bias=n(1, 1, 0.3),
        calibration=np.array([[1.3], [-0.2]], np.float32))
    metadata = dict(format="alignd-model", version="1", seed="7", d=str(d), h=str(h), rank0=str(rank0),
                    rank1=str(rank1), buckets=str(buckets), relations=json.dumps(names), threshold="0.375",
                    figures=json.dumps({"source": "reference_network.py"}))
    return p, metadata


def write_safetensors(path, p, metadata):
    header, at = {"__metadata__": metadata}, 0
    for name, x in p.items():
        header[name] = {"dtype": "F32", "shape": list(x.shape), "data_offsets": [at, at + x.nbytes]}
        at += x.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + b"".join(x.tobytes() for x in p.values()))


def half(x):
    return x.astype(np.float16).astype(np.float32)


def unit(rng, n, d):
    x = rng.normal(size=(n, d))
    return half(x / np.sqrt((x**2).sum(-1, keepdims=True)))


def random_entity(rng, d, h, codes, n_e, n_v, like=None, silent=False):
    """silent: no labels anywhere; like: another whose neighbours it half shares"""
    e = dict(z0=unit(rng, 1, d)[0], rel_e=rng.integers(0, codes, n_e), rel_v=rng.integers(0, codes, n_v),
             z0_e=unit(rng, n_e, d), z0_v=unit(rng, n_v, d), z1_e=unit(rng, n_e, 2 * h))
    if like:
        e["z0"] = half(like["z0"] * 0.9 + 0.05 * unit(rng, 1, d)[0])
        for key in ("rel_e", "z0_e", "z1_e", "rel_v", "z0_v"):
            n = min(len(e[key]), len(like[key])) // 2 + 1
            e[key][:n] = like[key][:n]
    if silent:
        e["z0"][:] = 0
        e["z0_e"][::2] = 0
    return e


def main(folder):
    rng = np.random.default_rng(5)
    names = ["actor", "date", "director"]
    d, h = 64, 16
    p, metadata = random_model(rng, names, d, h)
    write_safetensors(f"{folder}/network.safetensors", p, metadata)
    codes = p["relation_code"].shape[0]
    p = {k: jnp.asarray(v, jnp.float64) for k, v in p.items()}
    cases = []
    for n_a, n_b, shared, silent in [((5, 3), (7, 2), True, False), ((12, 8), (9, 8), True, False),
                                     ((3, 0), (0, 2), False, False), ((0, 0), (4, 4), False, True),
                                     ((0, 0), (0, 0), False, False), ((17, 9), (2, 1), True, True)]:
        a = random_entity(rng, d, h, codes, *n_a)
        b = random_entity(rng, d, h, codes, *n_b, like=a if shared else None, silent=silent)
        cases.append((a, b))
    with open(f"{folder}/network.cases", "wb") as f:
        f.write(struct.pack("<4i", len(cases), d, h, USED))
        for a, b in cases:
            sides = [Side(p, x) for x in (a, b)]
            x = features(p, *sides)
            l = logit(p, x)
            for e, s in zip((a, b), sides):
                f.write(struct.pack("<2i", len(e["rel_e"]), len(e["rel_v"])))
                for key, kind in (("rel_e", np.int32), ("rel_v", np.int32), ("z0", np.float32), ("z0_e", np.float32),
                                  ("z0_v", np.float32), ("z1_e", np.float32)):
                    f.write(np.asarray(e[key], kind).tobytes())
                f.write(np.asarray(s.z1, np.float32).tobytes())
            f.write(np.asarray(x[:USED], np.float32).tobytes())
            f.write(struct.pack("<2f", l, probability(p, l)))
    # of the cases without ties: what lies on an edge has no one gradient
    with open(f"{folder}/network.gradients", "wb") as f:
        for i in (0, 1, 5):
            weights = rng.normal(size=2 * h).astype(np.float32)
            f.write(struct.pack("<i", i) + weights.tobytes())
            of_logit, of_vector1 = gradients(p, *cases[i], jnp.asarray(weights, jnp.float64))
            write_gradients(f, *of_logit)
            write_gradients(f, *of_vector1)


if __name__ == "__main__":
    main(sys.argv[1])
