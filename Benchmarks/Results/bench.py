#!/usr/bin/env python3
"""Times what slt-remote does with fetched results: the history made from 100 runs of 10,000 files, each verb on it, and each format of a report.

The run folders are made here, in a temporary folder, as a fetch would leave them. 1 file in 20 fails, with three records each; of the run that is
reported 1 in 10. Figures are whole processes: the least and the median of five, the rebuild once.
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import tempfile
import time

CATEGORIES = ["select", "evidence", "index", "random", "ddl"]
WORKERS = 16


def failure(file, number):
    return {"line": 10 * number + 3, "message": "wrong result", "sql": f"SELECT a{number}, b FROM t{file} WHERE c > {number} ORDER BY 1",
            "expected": "1\tx\n2\ty\n3\tz", "actual": "1\tx\n2\tq\n3\tz", "kind": "wrong-rows", "recordLine": 10 * number + 1,
            "identity": {"digest": f"{file:08x}{number:08x}", "occurrence": 1}}


def write_run(results, number, names, base, failing):
    run = f"202611{number // 24 + 1:02}-{number % 24:02}0000.{number:06}-ab{number % 10}{number // 10 % 10}"
    folder = os.path.join(results, run)
    os.makedirs(folder)
    start = 1793491200 + 3600 * number
    bad = set(random.sample(range(len(names)), failing))
    ends = [float(start)] * WORKERS
    with open(folder + "/records.jsonl", "w") as out:
        for file, name in enumerate(names):
            seconds = base[file] * random.uniform(0.95, 1.05)
            worker = file % WORKERS
            ends[worker] += seconds
            fails = file in bad
            record = {"id": file, "file": name, "outcome": "fail" if fails else "pass", "tests": 100, "skipped": 0, "errors": 3 if fails else 0,
                      "duration": round(seconds, 6), "cpu": round(0.98 * seconds, 6), "attempt": 1, "worker": worker, "finishedAt": ends[worker]}
            if fails:
                record["message"] = "3 records failed"
            record["failures"] = [failure(file, each) for each in range(3)] if fails else []
            out.write(json.dumps(record, separators=(",", ":")) + "\n")
    with open(folder + "/spec.json", "w") as out:
        json.dump({"id": run, "workspace": "/w", "mode": "drain", "workers": WORKERS, "timeBudget": 3600, "fileTimeout": 300, "attempts": 2, "seed": 1,
                   "engine": {"kind": "sqlite", "command": [], "environment": {}}, "blocked": [], "project": "project", "startedBy": "me@here",
                   "source": {"treeDigest": f"t{number}", "commit": f"{number:040x}", "branch": "main", "dirty": False},
                   "context": {"commandLine": ["slt-remote", "run"], "configuration": "", "client": "0", "isWholeSuite": True}}, out)
    outcomes = {"pass": len(names) - failing, "fail": failing}
    with open(folder + "/summary.json", "w") as out:
        json.dump({"version": 1, "id": run, "workspace": "/w", "end": "drained", "startedAt": start, "finishedAt": max(ends), "wall": max(ends) - start,
                   "total": len(names), "outcomes": outcomes, "tests": 100 * len(names), "skippedRecords": 0, "errors": 3 * failing, "workers": WORKERS,
                   "restarts": 0, "lateResults": 0}, out)
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("client", help="the program slt-remote")
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--files", type=int, default=10_000)
    options = parser.parse_args()
    client = os.path.abspath(options.client)
    random.seed(5)
    with tempfile.TemporaryDirectory(prefix="slt-bench-") as top:
        project = os.path.join(top, "project")
        os.makedirs(project)
        with open(project + "/slt-remote.toml", "w") as out:
            out.write('host = "local"\n[suite]\nfiles = ["test/**/*.test"]\n')
        environment = dict(os.environ, HOME=top, XDG_DATA_HOME=top + "/data", XDG_CONFIG_HOME=top + "/config")
        names = [f"test/{CATEGORIES[n % 5]}/dir{n % 100}/file_{n:05}.test" for n in range(options.files)]
        base = [random.lognormvariate(-1, 1) for _ in names]
        results = top + "/data/slt-remote/results/box"
        runs = [write_run(results, n, names, base, options.files // (10 if n == options.runs - 1 else 20)) for n in range(options.runs)]

        def timed(words, times=5):
            seconds, size = [], 0
            for _ in range(times):
                begin = time.monotonic()
                done = subprocess.run([client] + words, cwd=project, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                seconds.append(time.monotonic() - begin)
                size = len(done.stdout)
                if done.returncode not in (0, 1):
                    raise SystemExit(f"{' '.join(words)} ended with {done.returncode}: {done.stderr.decode(errors='replace')}")
            print(f"{' '.join(words)[:62]:<62} least {min(seconds) * 1000:8.0f} ms, median {statistics.median(seconds) * 1000:8.0f} ms, {size:>9,} bytes")

        print(f"{options.runs} runs of {options.files:,} files")
        timed(["history", "rebuild"], 1)
        print(f"{'the database':<62} {os.path.getsize(top + '/data/slt-remote/history.sqlite'):,} bytes")
        file = names[0]
        for words in (["history"], ["history", file], ["history", file + ":1"], ["failures", "--by", "file"], ["failures", "--by", "message"], ["slow"], ["untested"],
                      ["sql", "--preset", "flaky-tests"], ["sql", "SELECT outcome, count(*) FROM results GROUP BY 1"], ["compare"]):
            timed(words)
        timed(["flaky"], 1)
        for form in ("text", "md", "junit", "ctrf", "github", "html", "json", "badge", "perfetto", "punch-md", "punch-csv"):
            timed(["report", runs[-1], "--format", form])


if __name__ == "__main__":
    main()
