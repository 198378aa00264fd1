#!/usr/bin/env python3
"""Rounds and answers of `slt-remote bisect` on a generated repository with 1,000 commits in a line, four builds at once.

In each try another commit is planted: from it on the build makes another answer. The programs are real; the host is this machine (`local`), the
repository and all else are in a temporary folder. Bars: at most 5 rounds, and each planted commit found.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time

SETTINGS = """host = "local"
[hosts.local]
workspace = "~/work"
state = "~/state"
[suite]
files = ["tests/*.test"]
[engine]
kind = "external"
command = ["bash engine.sh"]
[prepare]
command = "mkdir -p built; if [ $(cat number.txt) -lt $(cat $HOME/planted) ]; then echo one; else echo two; fi > built/answer"
"""
ENGINE = """while read -r -d '}' line; do case $line in *answer*) echo "{\\"result\\":[[\\"$(cat built/answer)\\"]]}";; *) echo '{"result":[]}';; esac; done
"""
TEST = "query T nosort\nSELECT answer\n----\none\n"


def make_repository(folder, commits, env):
    """One import for all commits, which is quicker than a git for each."""
    def blob(path, text):
        return f"M 644 inline {path}\ndata {len(text)}\n{text}\n"
    stream = []
    for number in range(commits + 1):
        message = f"Change number {number}"
        stream.append(f"commit refs/heads/main\ncommitter A <a@example.org> {1700000000 + number} +0000\ndata {len(message)}\n{message}\n")
        if number == 0:
            for path, text in (("slt-remote.toml", SETTINGS), ("engine.sh", ENGINE), ("tests/a.test", TEST), (".gitignore", "/built/\n")):
                stream.append(blob(path, text))
            for each in range(200):
                stream.append(blob(f"src/{each}.txt", f"{each}\n" * 20))
        stream.append(blob("number.txt", f"{number}\n"))
        stream.append(blob(f"src/{number % 200}.txt", f"{number}\n" * 20))
    git = ["git", "-C", folder]
    subprocess.run(["git", "init", "-q", "-b", "main", folder], check=True, env=env)
    subprocess.run(git + ["fast-import", "--quiet"], input="".join(stream).encode(), check=True, env=env)
    subprocess.run(git + ["checkout", "-q", "main"], check=True, env=env)
    return subprocess.run(git + ["rev-list", "--reverse", "main"], check=True, env=env, capture_output=True, text=True).stdout.split()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="slt-remote")
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--tries", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    program = os.path.abspath(given.program)
    draw = random.Random(given.seed)
    with tempfile.TemporaryDirectory(prefix="slt-bisect-") as home:
        env = {"HOME": home, "PATH": os.environ["PATH"], "USER": "bench", "SHELL": "/bin/sh", "LANG": "C.UTF-8"}
        source = home + "/src"
        commits = make_repository(source, given.commits, env)
        right, most, builds, seconds = 0, 0, [], []
        for number in range(given.tries):
            planted = draw.randint(1, given.commits)
            with open(home + "/planted", "w") as file:
                file.write(f"{planted}\n")
            start = time.monotonic()
            done = subprocess.run([program, "bisect", "--good", commits[0], "--jobs", str(given.jobs), "--repeats", "0", "--json", "tests/a.test:1"],
                                  cwd=source, env=env, capture_output=True, text=True)
            seconds.append(time.monotonic() - start)
            if done.returncode != 0:
                sys.exit(f"planted {planted}: exit code {done.returncode}\n{done.stderr}")
            outcome = json.loads(done.stdout)
            found = outcome["firstBad"]["commit"] == commits[planted]
            right += found
            most = max(most, outcome["rounds"])
            builds.append(len(outcome["trials"]))
            print(f"planted {planted:5}: {'found' if found else 'WRONG'}, {outcome['rounds']} rounds, {len(outcome['trials'])} builds, {seconds[-1]:.1f} s", flush=True)
        print(f"\n{given.commits} commits, {given.jobs} builds at once: {right} of {given.tries} found, at most {most} rounds, "
              f"{sum(builds) / len(builds):.1f} builds, median {sorted(seconds)[len(seconds) // 2]:.1f} s")
        sys.exit(0 if right == given.tries and most <= 5 else 1)


main()
