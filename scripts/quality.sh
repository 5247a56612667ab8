#!/bin/sh
# How well benchmark catalogs of $ALIGND_DATA (default: ../shared/data, if it is there) are
# aligned: one row a catalog pair, F1 of one-to-one matches on its test links.
#
#     scripts/quality.sh path/to/alignd NAME...|ALL [--seeds N] [--valid] [--reference] [--markdown]
#
# PC, pairs/e   true links that are candidates, and candidates an entity
# built-in      the default model
# bootstrap     fitted to the catalogs without a link (alignd train --bootstrap)
# trained       fitted to links.train.tsv, stopped and calibrated by links.valid.tsv
# reference     what $ALIGND_REFERENCE (default: ../shared/tools/probe_attrs.py, if it is there)
#               prints when run as `python3 PROBE FOLDER TYPE`; it needs scikit-learn
# ECE           error of the confidences (alignd eval); of all judged candidates, closed
# expects       the closed F1 that training itself told at its end, links alone
#
# F1 is open / closed: of pairs with an end in the links, and with those counted as wrong
# that match entities which no link names. Such entities have no counterpart, as far as the
# set knows. Labelled pairs (pairs.*.tsv) are judged one by one: one figure.
#
# Trained twice. 'links alone' knows no entity without a counterpart; that gives the open
# figure, and the closed one of its own column. The closed figure of 'trained' is of a model
# that saw some: whoever labels a sample of the first catalog also finds entities that have
# none. So of the entities of the first catalog that are in no link the same share as of
# those that are goes to train and valid, by hash, as lines of one IRI (none where all have
# a counterpart). What it learnt there is not judged again: the strays of the rest are
# counted in their place as many times as it takes. What the test links name is left out of
# learning in either (--all-links).
#
# --seeds N     of training: the mean over 1 to N (default 1)
# --valid       figures of links.valid.tsv, for tuning: training holds out a fifth of
#               links.train.tsv then, and nothing of the test links is looked at
# --markdown    a table in Markdown
#
# Persons, where there are links of them, are a type that no model saw links of: their rows
# hold precision / recall.
exec python3 "$(dirname "$0")/quality/table.py" "$@"
