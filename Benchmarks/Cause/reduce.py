#!/usr/bin/env python3
"""Reduces seeded failures of about 5,000 records each, on a SQLite with planted faults (faults.c), and reports seconds and sizes.

Files are generated, and taken from a corpus where one is named. The record that is reduced is chosen by a seed among those that fail. With --groups,
the groups that `slt-remote reduce --all` makes of a run with three faults are held against the faults. With --postgres, files of SQLite's corpus that
fail on PostgreSQL are reduced on a server of the benchmark's own.
"""
import argparse
import collections
import contextlib
import glob
import json
import os
import random
import statistics
import subprocess
import tempfile
import time

# Records of the smallest file that shows the fault.
LEAST = {"value": 3, "null": 3, "row": 3, "index": 3, "update": 4, "high": 1, "crash": 1}


def worker(arguments, fault, **options):
    environment = dict(os.environ, FAULT=fault)
    return subprocess.run(arguments, env=environment, capture_output=True, text=True, **options)


def failing_lines(program, library, fault, path):
    """The lines of the records that fail, or the one that ends the process."""
    done = worker([program, "run", "--json", "--engine-library", library, path], fault)
    try:
        verdict = json.loads(done.stdout)
    except ValueError:
        return []
    return sorted({f.get("recordLine") or f["line"] for f in verdict["failures"] if not f.get("causedBy")} - {0})


def reductions(args, program, library, folder, paths):
    chosen = random.Random(args.seed)
    cases = []
    while len(cases) < args.count:
        fault = list(LEAST)[len(cases) % len(LEAST)]
        path = chosen.choice(paths)
        lines = failing_lines(program, library, fault, path)
        if lines:
            cases.append((fault, path, chosen.choice(lines)))
    seconds, sizes, over, tries = [], [], [], 0
    for fault, path, line in cases:
        output = os.path.join(folder, "out.test")
        began = time.monotonic()
        jobs = ["-j", str(args.jobs)] if args.jobs else []
        done = worker([program, "reduce", "--json", "--engine-library", library, *jobs, "-o", output, f"{path}:{line}"], fault)
        took = time.monotonic() - began
        if done.returncode != 0:
            print(f"  {fault} {os.path.basename(path)}:{line}: {done.stderr.strip() or done.stdout.strip()}")
            sizes.append(99)
            seconds.append(took)
            continue
        result = json.loads(done.stdout)
        seconds.append(took)
        sizes.append(result["statements"])
        tries += result.get("tries", 0)
        if result["statements"] > LEAST[fault] + 2 or not result["isConfirmed"]:
            over.append(f"{fault} {os.path.basename(path)}:{line}: {result['statements']} statements, confirmed {result['isConfirmed']}")
    seconds.sort()
    print(f"{len(cases)} reductions of files of {args.records} records and more: median {statistics.median(seconds):.2f} s, "
          f"95 % {seconds[int(0.95 * (len(seconds) - 1))]:.2f} s, most {seconds[-1]:.2f} s")
    print(f"statements: median {statistics.median(sizes)}, at most 5 in {sum(s <= 5 for s in sizes) / len(sizes):.0%}, most {max(sizes)}; "
          f"{len(over)} above the planted minimum + 2; {tries} tries in {sum(seconds):.1f} s")
    for text in over:
        print("  " + text)


def purity(client, program, library, folder, paths, fleets):
    faults = ["value", "null", "high"]
    truth = collections.defaultdict(set)
    tree = os.path.join(folder, "project")
    os.makedirs(tree + "/tests")
    for path in paths:
        name = os.path.basename(path)
        with open(path, "rb") as source, open(f"{tree}/tests/{name}", "wb") as target:
            target.write(source.read())
        for fault in faults:
            for line in failing_lines(program, library, fault, path):
                truth[f"tests/{name}:{line}"].add(fault)
    with open(tree + "/slt-remote.toml", "w") as file:
        file.write(f'host = "local"\n[hosts.local]\nstate = "{folder}/state"\nworkspace = "{folder}/work"\n[suite]\nfiles = ["tests/*.test"]\n[engine]\nkind = "sqlite"\n'
                   f'library = "{library}"\nenvironment = {{ FAULT = "{",".join(faults)}" }}\n')
    environment = dict(os.environ, HOME=folder)
    subprocess.run([client, "run"], cwd=tree, env=environment, capture_output=True)
    began = time.monotonic()
    done = subprocess.run([client, "reduce", "--all", "--json"], cwd=tree, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        print("reduce --all: " + done.stderr.strip())
        return
    pure = total = 0
    causes = json.loads(done.stdout)
    for cause in causes:
        known = [next(iter(truth[place])) for place in cause["failures"] if len(truth[place]) == 1]
        total += len(known)
        pure += max(collections.Counter(known).values(), default=0)
    print(f"groups: {sum(c['records'] for c in causes)} failing records of 3 faults, {len(causes)} causes, purity {pure / max(total, 1):.3f}, {time.monotonic() - began:.1f} s")
    for workers in fleets:
        began = time.monotonic()
        done = subprocess.run([client, "reduce", "--all", "--on-fleet", "--workers", str(workers), "--json"], cwd=tree, env=environment, capture_output=True, text=True)
        print(f"reduce --all --on-fleet --workers {workers}: {len(json.loads(done.stdout))} causes, {time.monotonic() - began:.1f} s")


# Files of SQLite's corpus that fail on PostgreSQL (docs/slt.md says why).
DIFFERING = ["index/random/10/slt_good_5", "index/random/100/slt_good_0", "index/random/1000/slt_good_0", "index/view/10/slt_good_6", "index/view/100/slt_good_3",
             "index/view/1000/slt_good_0", "evidence/slt_lang_update", "evidence/slt_lang_reindex", "evidence/slt_lang_createview", "evidence/in1"]


@contextlib.contextmanager
def postgres_server(folder):
    """A PostgreSQL server on a Unix socket: its connection string."""
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
    place = os.path.join(folder, "pg")
    os.makedirs(place)
    # The server refuses to run as root; `postgres` is the user that its package makes.
    user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    if user:
        os.chmod(folder, 0o711)
        subprocess.run(["chown", "postgres", place], check=True)
    run = dict(cwd=place, env=dict(os.environ, LC_ALL="C.UTF-8"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(user + [programs + "/initdb", "-D", place + "/data", "-A", "trust", "-U", "slt", "--no-sync", "-E", "UTF8"], check=True, **run)
    server = subprocess.Popen(user + [programs + "/postgres", "-D", place + "/data", "-k", place, "-h", "", "-c", "fsync=off", "-c", "full_page_writes=off"], **run)
    try:
        while subprocess.run([programs + "/pg_isready", "-q", "-h", place, "-U", "slt"]).returncode != 0:
            time.sleep(0.1)
        yield f"host={place} user=slt dbname=postgres"
    finally:
        server.terminate()
        server.wait()


def on_postgres(program, folder, roots):
    with postgres_server(folder) as connection:
        engine = ["--engine", "postgres", "--connection", connection]
        seconds, sizes = [], []
        for name in DIFFERING:
            path = next((found for root in roots if os.path.exists(found := f"{root}/{name}.test")), None)
            if path is None:
                print(f"  {name}: not in the corpus")
                continue
            began = time.monotonic()
            done = subprocess.run([program, "reduce", "--json", *engine, "-o", os.path.join(folder, "out.test"), path], capture_output=True, text=True)
            took = time.monotonic() - began
            if not done.stdout:
                print(f"  {name}: {done.stderr.strip()}")
                continue
            result = json.loads(done.stdout)
            seconds.append(took)
            sizes.append(result["statements"])
            print(f"  {name}: {took:.1f} s, {result['tries']} tries, {result['records']} records → {result['statements']} statements, confirmed {result['isConfirmed']}")
        if seconds:
            print(f"PostgreSQL: {len(seconds)} reductions, median {statistics.median(seconds):.1f} s, most {max(seconds):.1f} s; at most {max(sizes)} statements")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", help="the folder that holds slt-remote and the workers")
    parser.add_argument("corpus", nargs="*", help="folders of .test files of SQLite's corpus")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--records", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, help="tries at once of a reduction; by default the number of processors")
    parser.add_argument("--groups", action="store_true")
    parser.add_argument("--fleets", type=int, nargs="*", default=[], help="with --groups: reduce them on the fleet, too, with each of these numbers of workers")
    parser.add_argument("--postgres", action="store_true")
    args = parser.parse_args()
    args.programs = os.path.abspath(args.programs)
    program = os.path.join(args.programs, "slt-worker-dynamic")
    with tempfile.TemporaryDirectory() as folder:
        if args.postgres:
            on_postgres(program, folder, args.corpus)
            return
        library = os.path.join(folder, "libfaults.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "faults.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-Wl,--no-as-needed", "-lsqlite3", "-ldl"], check=True)
        subprocess.run([program, "generate", "--seed", "7", "--files", "12", "--records", str(args.records), folder + "/suite"], check=True, capture_output=True)
        paths = sorted(glob.glob(folder + "/suite/**/*.test", recursive=True))
        corpus = [path for root in args.corpus for path in sorted(glob.glob(root + "/**/*.test", recursive=True))]
        if args.groups:
            purity(os.path.join(args.programs, "slt-remote"), program, library, folder, paths[:4], args.fleets)
        else:
            reductions(args, program, library, folder, paths + corpus)


if __name__ == "__main__":
    main()
