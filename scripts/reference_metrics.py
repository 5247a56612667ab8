#!/usr/bin/env python3
"""Metrics of random scores by scikit-learn: python3 scripts/reference_metrics.py tests/data"""
import sys

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

rng = np.random.default_rng(3)
with open(f"{sys.argv[1]}/metrics.cases", "w") as f:
    for n, share, digits in [(50, 0.3, 6), (400, 0.05, 6), (200, 0.5, 1), (300, 0.2, 2), (30, 0.9, 6)]:
        y = (rng.random(n) < share).astype(int)
        x = np.round(np.clip(rng.normal(0.4 + 0.3 * y, 0.2), 0, 1), digits).astype(np.float32)
        precision, recall, _ = precision_recall_curve(y, x)
        f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
        good = recall[:-1][precision[:-1] >= 0.95]
        f.write(f"{n}\n" + "".join(f"{a:.9g} {b}\n" for a, b in zip(x, y)))
        f.write(f"{average_precision_score(y, x):.17g} {f1.max():.17g} {good.max() if len(good) else 0.0:.17g}\n")
