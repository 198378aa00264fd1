"""From a saved file to a verdict: `slt-remote watch` and `sync --watch` against a private sshd on loopback.

usage: python3 watch.py PROGRAMS [--rounds N] [--files N] [--only verdict|slow|file]

PROGRAMS is the folder of slt-remote and slt-worker. Each figure is measured from the moment at which the file is closed: to the verdict's
line on the client's stdout, or to the new content in the workspace on the host.
"""
import argparse
import asyncio
import contextlib
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BARS = {"verdict": 80, "verdict, 20 ms": 150, "file": 50}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Host:
    """An sshd that lets one key in, and a configuration of ssh for it."""

    def __init__(self, folder, delay):
        self.folder, self.port = folder, free_port()
        for name in ["host", "user"]:
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
        shutil.copy(folder / "user.pub", folder / "authorized")
        (folder / "sshd_config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\nPidFile none\n"
            f"StrictModes no\nUsePAM no\nPasswordAuthentication no\nSetEnv HOME={folder}/home\n")
        (folder / "home").mkdir()
        self.daemon = subprocess.Popen([shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-f", folder / "sshd_config"], stderr=subprocess.DEVNULL)
        self.link = SlowLink(self.port, delay / 2000) if delay else None
        port = self.link.port if self.link else self.port
        key = " ".join((folder / "host.pub").read_text().split()[:2])
        (folder / "known").write_text(f"[127.0.0.1]:{port} {key}\n")
        (folder / "config").write_text(
            f"Host box\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {folder}/user\n  IdentitiesOnly yes\n  UserKnownHostsFile {folder}/known\n")
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.02)
        raise SystemExit("sshd does not listen")

    def end(self):
        self.daemon.terminate()
        self.daemon.wait()


class SlowLink:
    """Hands bytes on after a time, in both directions."""

    def __init__(self, target, delay):
        self.port, self.target, self.delay = free_port(), target, delay
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(ready)), daemon=True).start()
        ready.wait()

    async def serve(self, ready):
        server = await asyncio.start_server(self.accept, "127.0.0.1", self.port)
        ready.set()
        await server.serve_forever()

    async def accept(self, reader, writer):
        there, back = await asyncio.open_connection("127.0.0.1", self.target)
        for side in [writer, back]:
            side.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.gather(self.carry(reader, back), self.carry(there, writer))

    async def carry(self, reader, writer):
        queue, loop = asyncio.Queue(), asyncio.get_running_loop()

        async def hand_on():
            while (item := await queue.get())[1]:
                await asyncio.sleep(max(0, item[0] - loop.time()))
                writer.write(item[1])
            writer.close()

        task = asyncio.create_task(hand_on())
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                queue.put_nowait((loop.time() + self.delay, data))
        queue.put_nowait((0, b""))
        await task


class Project:
    def __init__(self, folder, host, programs):
        self.folder, self.host, self.programs = folder, host, programs
        self.source, self.workspace = folder / "src", host.folder / "home/work"
        self.source.mkdir(parents=True)
        (self.source / "slt-remote.toml").write_text(
            f'host = "box"\n[hosts.box]\nssh = "box"\nssh-config = "{host.folder}/config"\nworkspace = "{self.workspace}"\n'
            f'state = "{host.folder}/home/state"\n[suite]\nfiles = ["tests/*.test"]\n')

    def start(self, *words):
        environment = {"HOME": str(self.folder), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "USER": "bench", "SHELL": "/bin/sh"}
        self.log = open(self.folder / "log", "w")
        return subprocess.Popen([self.programs / "slt-remote", *words], cwd=self.source, env=environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=self.log, text=True, bufsize=1)

    def said(self, text):
        return text in (self.folder / "log").read_text()

    def end(self, client):
        client.terminate()
        client.wait()


def wait(condition, seconds=600):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise SystemExit("nothing came of it")
        time.sleep(0.0005)


def verdicts(project, rounds):
    """Milliseconds from a save to the line of its verdict."""
    tests = project.source / "tests"
    tests.mkdir()
    file = tests / "small.test"
    file.write_text("query I\nSELECT 1\n----\n1\n")
    client = project.start("watch", "--workers", "1")

    def line(start):
        for text in client.stdout:
            if text.strip().startswith(start):
                return time.monotonic()
        raise SystemExit("the client has ended: " + (project.folder / "log").read_text())

    line("PASSED: all")
    times = []
    for number in range(rounds):
        # Every other one fails.
        file.write_text(f"query I\nSELECT {number}\n----\n{number - number % 2}\n")
        begin = time.monotonic()
        times.append((line(("PASS ", "FAIL ")) - begin) * 1000)
        # The next save finds nothing at work.
        line(("PASSED: all", "FAILED: all"))
    project.end(client)
    return times


def files(project, rounds, count):
    """Milliseconds from a save of one file among many to its content on the host."""
    for number in range(count):
        path = project.source / f"d{number // 5000}/e{number // 100}/f{number}"
        if number % 100 == 0:
            path.parent.mkdir(parents=True)
        path.write_text(f"{number}\n")
    client = project.start("sync", "--watch")
    wait(lambda: project.said("created"))
    times = []
    for number in range(rounds):
        name = f"d{number % (count // 5000)}/e{number % (count // 5000) * 50 + number % 50}/f{(number % (count // 5000) * 50 + number % 50) * 100 + 7}"
        text = f"changed {number}\n"
        time.sleep(0.2)
        (project.source / name).write_text(text)
        begin = time.monotonic()
        wait(lambda: (project.workspace / name).read_text() == text, 30)
        times.append((time.monotonic() - begin) * 1000)
    project.end(client)
    return times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--only", choices=["verdict", "slow", "file"])
    options = parser.parse_args()
    programs = options.programs.resolve()
    works = [("verdict", "verdict", 0), ("slow", "verdict, 20 ms", 20), ("file", "file", 0)]
    failed = False
    for key, name, delay in works:
        if options.only not in (None, key):
            continue
        with tempfile.TemporaryDirectory(prefix="slt-watch.") as folder:
            folder = pathlib.Path(folder)
            (folder / "host").mkdir()
            host = Host(folder / "host", delay)
            try:
                project = Project(folder / "home", host, programs)
                times = sorted(files(project, options.rounds, options.files) if key == "file" else verdicts(project, options.rounds))
            finally:
                host.end()
        median, worst = statistics.median(times), times[int(len(times) * 0.95)]
        words = {"file": f"one changed file among {options.files:,}, to the host"}.get(key, f"save to verdict of one small file, round trip {delay} ms")
        failed = failed or median > BARS[name]
        print(f"{words}: median {median:.0f} ms, 95 % {worst:.0f} ms, bar {BARS[name]} ms", flush=True)
    sys.exit(1 if failed else 0)


main()
