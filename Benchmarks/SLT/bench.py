#!/usr/bin/env python3
"""Measures slt-worker against the floor under it, as pairs of whole processes, one right after the other.

    bench.py --worker PATH --floor PATH [--rounds N] CORPUS

Prints a table: CPU and wall time over all files, the worst file, parsing alone, four files at once, memory, start.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time


def measure(command):
    """Wall seconds, CPU seconds and peak memory in KB of a process, and what it prints."""
    with tempfile.TemporaryFile() as output:
        begin = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, output.read().decode(errors="replace")


def paired(first, second, rounds):
    """Medians of (wall, CPU) of both, and the median of the ratios of each pair."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            b, a = measure(second), measure(first)
        else:
            a, b = measure(first), measure(second)
        pairs.append((a, b))
    median = lambda pick: statistics.median(pick(pair) for pair in pairs)
    return {
        "floor wall": median(lambda p: p[0][0]), "floor cpu": median(lambda p: p[0][1]),
        "wall": median(lambda p: p[1][0]), "cpu": median(lambda p: p[1][1]),
        "wall ratio": median(lambda p: p[1][0] / p[0][0]), "cpu ratio": median(lambda p: p[1][1] / p[0][1]),
        "memory": max(p[1][2] - p[0][2] for p in pairs),
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--worker", required=True)
    parser.add_argument("--floor", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("corpus", nargs="?")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = options.corpus
        if not corpus:
            corpus = folder + "/suite"
            print("no CORPUS given: a generated suite is measured")
            measure([options.worker, "generate", "--seed", "1", "--files", "200", "--records", "400", corpus])
        files = sorted(str(path) for path in pathlib.Path(corpus).rglob("*.test") if path.stat().st_size)
        if not files:
            sys.exit(f"no .test files in {corpus}")
        size = sum(os.path.getsize(file) for file in files)
        run = [options.worker, "run", "--json"]
        floor = [options.floor]
        print(f"{len(files)} files, {size / 1e6:.1f} MB, {options.rounds} rounds of pairs")
        whole = paired(floor + files, run + files, options.rounds)
        print(f"all files, CPU      {whole['cpu']:8.2f} s   floor {whole['floor cpu']:.2f} s   ratio {whole['cpu ratio']:.3f}")
        print(f"all files, wall     {whole['wall']:8.2f} s   floor {whole['floor wall']:.2f} s   ratio {whole['wall ratio']:.3f}")
        print(f"peak memory above the floor's {whole['memory'] / 1024:8.1f} MB")
        each = []
        for file in files:
            result = paired(floor + [file], run + [file], 3)
            # Below this, the start of the processes is what is measured.
            if result["floor cpu"] >= 0.05:
                each.append((result["cpu ratio"], os.path.relpath(file, corpus)))
        # The worst ones are measured again, to tell noise from cost.
        for ratio, file in sorted(each, reverse=True)[:3]:
            path = os.path.join(corpus, file)
            again = paired(floor + [path], run + [path], max(options.rounds, 7))
            print(f"worst files, CPU    {again['cpu']:8.2f} s   floor {again['floor cpu']:.2f} s   ratio {again['cpu ratio']:.3f}   {file}")
        parse = [measure([options.worker, "parse", "--times", "10"] + files)[3].split()[0] for _ in range(options.rounds)]
        print(f"parse alone         {statistics.median(float(value) for value in parse):8.2f} GB/s")
        largest_first = sorted(files, key=os.path.getsize, reverse=True)
        threads = paired(run + ["-j1"] + largest_first, run + ["-j4"] + largest_first, max(3, options.rounds // 2))
        print(f"4 at once, wall     {threads['wall']:8.2f} s   one at a time {threads['floor wall']:.2f} s   ratio {threads['wall ratio']:.3f}")
        tiny = os.path.join(folder, "tiny.test")
        pathlib.Path(tiny).write_text("query I\nSELECT 1\n----\n1\n")
        starts = statistics.median(measure(run + [tiny])[0] for _ in range(21))
        print(f"start to end of a file of one record {starts * 1000:8.1f} ms")


main()
