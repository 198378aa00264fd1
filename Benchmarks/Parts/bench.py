#!/usr/bin/env python3
"""Files in parts: the same result lines as of whole files, and the wall-clock time of a run with one long file.

    bench.py BIN [CORPUS...]

BIN is the folder of slt-remote and slt-worker. Files of each CORPUS are run in 2, 3 and 8 parts and compared, besides generated ones.
"""
import json, os, random, re, subprocess, sys, tempfile, time


def fail(why):
    sys.exit(f"bench: {why}")


# MARK: the same lines

def results(worker, files, split, folder):
    lines = []
    for at in range(0, len(files), 500):
        run = subprocess.run([worker, "run", "--json", "-j", str(os.cpu_count()), "--split", str(split)] + files[at:at + 500], cwd=folder, capture_output=True, text=True)
        if run.returncode not in (0, 1):
            fail(f"slt-worker run: {run.stderr}")
        lines += run.stdout.splitlines()
    return [re.sub(r'"seconds":[^,}]*', '"seconds":0', line) for line in lines]


def spoilt(text, random):
    """Other labels, results and tables, statements that fail, transactions, and queries that depend on the connection."""
    paragraphs = []
    for paragraph in text.rstrip("\n").split("\n\n"):
        lines = paragraph.split("\n")
        at = next((at for at, line in enumerate(lines) if line.startswith("query")), None)
        if at is not None:
            words = lines[at].split()
            if random.random() < 0.4:
                words = (words + ["nosort"])[:3] + [f"L{random.randrange(4)}"]
            lines[at] = " ".join(words)
            if random.random() < 0.03 and "----" in lines:
                lines.insert(lines.index("----") + 1, "7")
            if random.random() < 0.02:
                lines[at + 1] = lines[at + 1].replace("FROM", "FROM nosuch,")
        paragraphs.append("\n".join(lines))
        chance = random.random()
        if chance < 0.02:
            paragraphs.append("query I nosort\nSELECT " + random.choice(["changes()", "last_insert_rowid()", "abs(random()) >= 0"]) + "\n----\n1")
        elif chance < 0.03:
            paragraphs.append("statement ok\n" + random.choice(["BEGIN", "COMMIT", "DROP TABLE z", "CREATE TABLE z(a)"]))
        elif chance < 0.032:
            paragraphs.append(random.choice(["halt", "onlyif mysql\nhalt", "hash-threshold 3"]))
    return "\n\n".join(paragraphs) + "\n"


def check_equality(worker, corpora, folder):
    subprocess.run([worker, "generate", "--seed", "7", "--files", "2000", "--records", "40", "--fail", "1500", folder + "/suite"], check=True, capture_output=True)
    files = sorted(os.path.join(base, name) for place in [folder + "/suite"] + corpora for base, _, names in os.walk(place) for name in names if name.endswith((".test", ".slt")))
    dice = random.Random(3)
    for number, file in enumerate(file for file in files if file.startswith(folder)):
        if number % 2:
            with open(file, errors="surrogateescape") as stream:
                text = stream.read()
            with open(file, "w", errors="surrogateescape") as stream:
                stream.write(spoilt(text, dice))
    whole = results(worker, files, 1, folder)
    failed = sum('"outcome":"pass"' not in line for line in whole)
    print(f"{len(files)} files, of which {failed} do not pass")
    for split in (2, 3, 8):
        parts = results(worker, files, split, folder)
        differing = sum(one != other for one, other in zip(whole, parts)) + abs(len(whole) - len(parts))
        print(f"  in {split} parts: {differing} result lines differ")
        if differing:
            fail("parts and whole files differ")


# MARK: one long file

def script(queries, dice):
    """Queries of about a tenth of a second each, some twice as long."""
    text = "statement ok\nCREATE TABLE t(a)\n\nstatement ok\nINSERT INTO t VALUES(1)\n\n"
    for _ in range(queries):
        steps = dice.randrange(150_000, 450_000)
        text += f"query I\nWITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c WHERE x < {steps}) SELECT count(*) FROM c, t\n----\n{steps}\n\n"
    return text


def measure(client, folder, workers, split):
    environment = dict(os.environ, HOME=folder + "/home")
    run = subprocess.run([client, "run", "--json", "--workers", str(workers), "--split", split], cwd=folder + "/source", env=environment, capture_output=True, text=True)
    if run.returncode != 0:
        fail(f"slt-remote run: {run.stdout}{run.stderr}")
    found = json.loads(run.stdout)
    with open(found["results"] + "/summary.json") as stream:
        wall = json.load(stream)["wall"]
    with open(found["results"] + "/records.jsonl") as stream:
        records = [json.loads(line) for line in stream]
    return wall, records


def verdicts(records):
    return sorted((record["file"], record["outcome"], record["tests"], record["errors"]) for record in records)


def measure_makespan(client, folder):
    dice, cores = random.Random(1), len(os.sched_getaffinity(0))
    for name in ("home", "source/tests"):
        os.makedirs(f"{folder}/{name}", exist_ok=True)
    with open(folder + "/source/slt-remote.toml", "w") as stream:
        stream.write(f'host = "local"\n[hosts.local]\nstate = "{folder}/state"\nworkspace = "{folder}/work"\n[suite]\nfiles = ["tests/*.test"]\n')
    for name, queries in [("long", 96)] + [(f"short{number}", 8) for number in range(8)]:
        with open(f"{folder}/source/tests/{name}.test", "w") as stream:
            stream.write(script(queries, dice))
    one, records = measure(client, folder, 1, "off")
    total = sum(record["cpu"] for record in records)
    long = next(record["cpu"] for record in records if record["file"] == "tests/long.test")
    print(f"one worker: {one:.2f} s for {total:.2f} s of CPU, {100 * long / total:.0f} % of it in one file; {cores} cores would take {total / cores:.2f} s")
    for split in ("off", "auto"):
        walls = []
        for _ in range(3):
            wall, found = measure(client, folder, cores, split)
            if verdicts(found) != verdicts(records):
                fail("the verdicts differ")
            walls.append(wall)
        parts = next((record["parts"] for record in found if "parts" in record), None)
        told = f", in {parts['count']} parts by {parts['workers']} workers" if parts else ""
        print(f"  --split {split}: {min(walls):.2f} s, {min(walls) / (total / cores):.2f} of that, {sum(record['cpu'] for record in found) / total:.2f} of the CPU time{told}")


if __name__ == "__main__":
    binaries, corpora = os.path.abspath(sys.argv[1]), [os.path.abspath(place) for place in sys.argv[2:]]
    with tempfile.TemporaryDirectory() as place:
        measure_makespan(binaries + "/slt-remote", place + "/run")
        check_equality(binaries + "/slt-worker", corpora, place)
