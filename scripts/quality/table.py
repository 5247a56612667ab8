"""The table of scripts/quality.sh, which says what its columns mean."""
import argparse
import collections
import json
import lzma
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import zlib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TYPE = '<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>'
REFERENCE_BYTES = 8 << 30 # of memory: on hundreds of relations it wants more than there is
SPLITS = ('train', 'valid', 'test')


def beside(name, *place):
    """The value of an environment variable, else a path beside the project that exists, else None."""
    path = os.environ.get(name) or os.path.join(os.path.dirname(ROOT), *place)
    return path if os.path.exists(path) else None


def read_lines(path):
    with open(path, encoding='utf8') as f:
        return [line.rstrip('\r\n') for line in f if line.strip() and line[0] != '#']


class Catalogs:
    """A catalog pair: its files, its links, the entities of the linked type of the first catalog."""

    def __init__(self, folder):
        self.folder, self.name = folder, os.path.basename(folder)
        self.graphs = sorted(f for f in os.listdir(folder) if f.endswith('.nt.xz'))
        self.labelled = os.path.exists(self.path('pairs.test.tsv'))
        kind = 'pairs' if self.labelled else 'links'
        self.links = {s: self.path(f'{kind}.{s}.tsv') for s in SPLITS}
        self.persons = self.path('links.persons.test.tsv')
        self.unjudged = self.path('unjudged.txt')
        self.rows = {s: [line.split('\t') for line in read_lines(self.links[s])] for s in SPLITS}
        self.ends = {e.strip('<>') for rows in self.rows.values() for row in rows for e in row[:2]}
        self.type, self.unlinked = self.find_type()

    def path(self, name):
        return os.path.join(self.folder, name)

    def find_type(self):
        """The type of the links, and the entities of it in the first catalog that no link names."""
        mapping = collections.defaultdict(dict)
        for line in read_lines(self.path('mapping.tsv')):
            graph, iri, shared = line.split('\t')
            if shared.startswith('type:'):
                mapping[graph][iri] = shared[5:]
        graph = self.graphs[0][:-len('.nt.xz')]
        of = {}
        with lzma.open(self.path(self.graphs[0]), 'rt', encoding='utf8') as f:
            for line in f:
                if TYPE in line:
                    s, _, o = line.split(None, 3)[:3]
                    if o[1:-1] in mapping[graph]:
                        of[s[1:-1]] = mapping[graph][o[1:-1]]
        first = next((of[e] for row in self.rows['train'] for e in (x.strip('<>') for x in row[:2])
                      if e in of), None)
        left_out = set(read_lines(self.unjudged)) if os.path.exists(self.unjudged) else set()
        return first, sorted(e for e, t in of.items()
                             if t == first and e not in self.ends and e not in left_out)

    def share(self, *splits):
        """Of the links of all splits, how many are of these."""
        return sum(len(self.rows[s]) for s in splits) / sum(map(len, self.rows.values()))

    def write_none(self, work):
        """The links of train and valid with lines of one IRI; None where no entity is without link."""
        if self.labelled or not self.unlinked:
            return None
        out, train, valid = {}, self.share('train'), self.share('valid')
        for split, low, high in (('train', 0, train), ('valid', train, train + valid)):
            out[split] = os.path.join(work, f'none.{split}.tsv')
            with open(out[split], 'w', encoding='utf8') as f:
                f.writelines('\t'.join(row) + '\n' for row in self.rows[split])
                f.writelines(e + '\n' for e in self.unlinked
                             if low <= zlib.crc32(e.encode()) % 100000 / 100000 < high)
        return out


class Failed(Exception):
    pass


def run(*words):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise Failed(f'{" ".join(words)}:\n{done.stderr.strip()}')
    return done.stdout


def option(name, *values):
    return [word for value in values if value for word in (name, value)]


class Measurer:
    def __init__(self, alignd, catalogs, work, valid):
        self.alignd, self.c, self.work = alignd, catalogs, work
        self.store = os.path.join(work, 'store')
        self.judged = 'valid' if valid else 'test'
        self.unjudged = option('--unjudged', self.c.unjudged if os.path.exists(self.c.unjudged) else None)

    def load(self):
        for name in self.c.graphs:
            run(self.alignd, 'load', '--quiet', '--no-explain', '--store', self.store, '--graph',
                name[:-len('.nt.xz')], '-m', self.c.path('mapping.tsv'), self.c.path(name))

    def train(self, seed, links=None):
        """A model fitted to these links (by split), or to none; and the F1 that it expects."""
        model = os.path.join(self.work, 'model')
        words = ['--bootstrap']
        if links:
            words = option('--links', links['train']) + option('--all-links', self.c.links['test'])
            if self.judged == 'test':
                words += option('--valid', links['valid'])
            else:
                words += option('--all-links', links['valid'])
            words += self.unjudged
        told = run(self.alignd, 'train', '--quiet', '--store', self.store, '--model', model, '--seed',
                   str(seed), *words)
        expects = re.search(r'^expect .*F1 ([0-9.]+)', told, re.M)
        return model, float(expects.group(1)) if expects else None

    def evaluate(self, model, links, other, closed):
        words = option('--model', model) + option('--links', links)
        words += [w for path in other for w in option('--all-links', path)] + self.unjudged
        rows = json.loads(run(self.alignd, 'eval', '--json', '--store', self.store, *words,
                              *(['--closed'] if closed else [])))
        rows = [r for r in rows if not r['type']] or rows
        return [next(r for r in rows if r['closed'] == c) for c in ((False, True) if closed else (False,))]

    def figures(self, model, none=None):
        """open F1, closed F1, ECE, and the row of eval.  none: what it was trained on, of entities
        without a counterpart as well; the strays of the rest stand for all."""
        learnt = {**self.c.links, **(none or {})}
        other = [learnt[s] for s in SPLITS if s != self.judged]
        rows = self.evaluate(model, self.c.links[self.judged], other, not self.c.labelled)
        opened, closed = rows[0], rows[-1]
        if none:
            links, found = opened['links'], opened['recall'] * opened['links']
            told = [found / r['precision'] if r['precision'] else 0 for r in rows]
            unseen = 1 - self.c.share('train', *(['valid'] if self.judged == 'test' else []))
            strays = (told[1] - told[0]) / unseen
            f1 = 2 * found / (told[0] + strays + links)
        else:
            f1 = closed['f1']
        return opened['f1'], f1, closed['calibration_error'], closed

    def persons(self, model):
        row = self.evaluate(model, self.c.persons, [], False)[0]
        return row['precision'], row['recall']


def mean(values):
    values = [v for v in values if v is not None]
    return statistics.mean(values) if values else None


def figure(value):
    return '-' if value is None else f'{value:.3f}'.replace('0.', '.', 1) if value < 1 else f'{value:.3f}'


def both(labelled, opened, closed):
    return figure(opened) if labelled else f'{figure(opened)} / {figure(closed)}'


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (REFERENCE_BYTES, REFERENCE_BYTES))


def reference(probe, catalogs, valid):
    if not probe or valid:
        return '-'
    done = subprocess.run([sys.executable, probe, catalogs.folder, catalogs.type or ''],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          preexec_fn=limit_memory,
                          env={**os.environ, 'OMP_NUM_THREADS': '1', 'OPENBLAS_NUM_THREADS': '1'})
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ['no word']
        print(f'quality: the reference failed on {catalogs.name}: {last[0]}', file=sys.stderr)
        return 'failed'
    found = {k: re.search(k + r'.*?test F1 ([0-9.]+)', done.stdout) for k in ('labelled', 'open', 'closed')}
    value = {k: float(m.group(1)) if m else None for k, m in found.items()}
    if value['labelled'] is not None:
        return figure(value['labelled'])
    return both(False, value['open'], value['closed'])


HEAD = ('set', 'links', 'PC', 'pairs/e', 'built-in', 'ECE', 'bootstrap', 'ECE', 'trained', 'ECE',
        'links alone', 'expects')
WIDTH = (18, 6, 6, 8, 13, 5, 13, 5, 13, 5, 12, 8)


def print_row(cells, markdown):
    if markdown:
        print('| ' + ' | '.join(cells) + ' |', flush=True)
    else:
        print(' '.join(c.ljust(w) for c, w in zip(cells, WIDTH + (13,))).rstrip(), flush=True)


def measure(a, name, probe):
    """The rows of a catalog pair."""
    c = Catalogs(os.path.join(a.data, name))
    work = tempfile.mkdtemp(prefix='alignd-quality-')
    try:
        m = Measurer(a.alignd, c, work, a.valid)
        m.load()
        none = c.write_none(work)
        kinds = [('built-in', [None], None), ('bootstrap', range(1, a.seeds + 1), None),
                 ('trained', range(1, a.seeds + 1), c.links)]
        if none:
            kinds.append(('none', range(1, a.seeds + 1), none))
        got, persons, last = {}, {}, None
        for kind, seeds, links in kinds:
            runs, people = [], []
            for seed in seeds:
                model, expects = m.train(seed, links) if seed else (None, None)
                opened, closed, ece, row = m.figures(model, none if kind == 'none' else None)
                last = last or row
                runs.append((opened, closed, ece, expects))
                if os.path.exists(c.persons) and not a.valid and kind != 'none':
                    people.append(m.persons(model))
                if model:
                    os.unlink(model)
            got[kind] = [mean(x) for x in zip(*runs)]
            persons[kind] = [mean(x) for x in zip(*people)]
    finally:
        shutil.rmtree(work, ignore_errors=True)
    t, n = got['trained'], got.get('none', got['trained'])
    row = [c.name, str(int(last['links'])), figure(last['pair_completeness']),
           f'{last["candidates_per_entity"]:.1f}']
    for kind in ('built-in', 'bootstrap'):
        row += [both(c.labelled, *got[kind][:2]), figure(got[kind][2])]
    row += [both(c.labelled, t[0], n[1]), figure(t[2]), '-' if c.labelled else figure(t[1]), figure(t[3])]
    rows = [row + ([reference(probe, c, a.valid)] if a.reference else [])]
    if persons['built-in']:
        people = [f'{c.name} persons', '', '', '']
        for kind in ('built-in', 'bootstrap', 'trained'):
            people += [' / '.join(map(figure, persons[kind])), '']
        rows.append(people + ['', ''] + ([''] if a.reference else []))
    return rows


def choose_reference(wanted):
    if not wanted:
        return None
    probe = beside('ALIGND_REFERENCE', 'shared', 'tools', 'probe_attrs.py')
    if not probe:
        print('quality: no reference program: set ALIGND_REFERENCE; its column stays empty', file=sys.stderr)
        return None
    if subprocess.run([sys.executable, '-c', 'import sklearn, scipy'], stderr=subprocess.DEVNULL).returncode:
        print('quality: the reference needs scikit-learn and scipy (pip install scikit-learn scipy); '
              'its column stays empty', file=sys.stderr)
        return None
    return probe


def main():
    p = argparse.ArgumentParser(prog='scripts/quality.sh')
    p.add_argument('alignd')
    p.add_argument('names', nargs='+', metavar='NAME', help='folders of the data, or ALL')
    p.add_argument('--seeds', type=int, default=1)
    p.add_argument('--valid', action='store_true')
    p.add_argument('--reference', action='store_true')
    p.add_argument('--markdown', action='store_true')
    a = p.parse_args()
    a.data = beside('ALIGND_DATA', 'shared', 'data')
    if not a.data:
        sys.exit('quality: no data: set ALIGND_DATA to a folder of catalog pairs')
    all_names = sorted(d for d in os.listdir(a.data)
                       if any(os.path.exists(os.path.join(a.data, d, f'{k}.test.tsv'))
                              for k in ('links', 'pairs')))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1)) # the working folder goes
    names = all_names if a.names == ['ALL'] else a.names
    for name in names:
        if name not in all_names:
            sys.exit(f"quality: '{name}' is none of {', '.join(all_names)}")
    probe = choose_reference(a.reference)
    head = HEAD + (('reference',) if a.reference else ())
    print_row(head, a.markdown)
    if a.markdown:
        print_row(['---'] * len(head), True)
    for name in names:
        try:
            for row in measure(a, name, probe):
                print_row(row, a.markdown)
        except Failed as e:
            sys.exit(f'quality: {e}')


main()
