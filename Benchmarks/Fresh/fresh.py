"""A bare Debian with Swift and a clone of this repository: `make` targets run there as a newcomer runs them, and are timed.

usage: unshare --mount --propagation private python3 fresh.py FOLDER REPOSITORY SWIFT [--user NAME] [--keep] TARGET...

FOLDER holds the roots and is kept, so that a second call makes none anew. All mounts end with the mount namespace.
The tests find an older Debian in SLT_TEST_OLD_ROOT.
"""
import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import time

# What Swift's own installation guide asks for on Debian 12, and what a newcomer has typed before `make`. All else is the
# Makefile's to install.
GIVEN = "make git ca-certificates libcurl4 libedit2 libxml2 libsqlite3-0 libncurses6 libz3-4 libpython3.11 tzdata".split()
RELEASE, OLD_RELEASE = "bookworm", "bullseye"


def run(*words, **options):
    return subprocess.run(words, check=True, **options)


def mirror():
    """The package mirror of this machine."""
    for file in [*pathlib.Path("/etc/apt/sources.list.d").glob("*.sources"), pathlib.Path("/etc/apt/sources.list")]:
        for line in file.read_text().splitlines() if file.exists() else []:
            for word in line.split():
                if word.startswith(("http:", "https:")) and line.startswith(("URIs:", "deb ")):
                    return word
    return "http://deb.debian.org/debian"


def make_root(folder, release):
    """A minimal system, unpacked once."""
    if not (folder / "etc/debian_version").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        begin = time.monotonic()
        with open(f"{folder}.log", "wb") as log:
            run("debootstrap", "--variant=minbase", release, str(folder), mirror(), stdout=log, stderr=log)
        print(f"{release}: made in {time.monotonic() - begin:.0f} s", flush=True)
    return folder


def mount_system(root):
    """Like a machine of its own: the root is a mount, as namespaces ask for."""
    run("mount", "--bind", str(root), str(root))
    run("mount", "-t", "proc", "proc", str(root / "proc"))
    run("mount", "--rbind", "/dev", str(root / "dev"))


def bind(path, root):
    """The same path within, which cannot be written."""
    target = root / str(path).lstrip("/")
    target.mkdir(parents=True, exist_ok=True)
    run("mount", "--bind", "-o", "ro", str(path), str(target))


def local_packages():
    """Folders of this machine that git takes for others' addresses."""
    listing = subprocess.run(["git", "config", "--get-regexp", r"url\..*\.insteadof"], capture_output=True, text=True).stdout
    places = {line.split(" ")[0].removeprefix("url.").rsplit(".insteadof", 1)[0] for line in listing.splitlines()}
    return [place for place in places if place.startswith("/")]


def copy_settings(root):
    """How this machine reaches packages."""
    for name in ["hosts", "resolv.conf", "gitconfig"]:
        if os.path.exists("/etc/" + name):
            shutil.copy("/etc/" + name, root / "etc" / name)
    for name in ["apt", "ssl/certs"]:
        (root / "etc" / name).mkdir(parents=True, exist_ok=True)
        run("cp", "-a", f"/etc/{name}/.", str(root / "etc" / name))
    if any((root / "etc/apt/sources.list.d").glob("*.sources")):
        (root / "etc/apt/sources.list").unlink(missing_ok=True)


def prepare(folder, swift):
    root = make_root(folder / RELEASE, RELEASE)
    copy_settings(root)
    mount_system(root)
    packages = local_packages()
    for place in [swift, *packages]:
        bind(place, root)
    if packages:
        # They are not the ordinary user's, which git would mind.
        run("git", "config", "--file", str(root / "etc/gitconfig"), "safe.directory", "*")
    begin = time.monotonic()
    for line in ["apt-get -q update", "apt-get -q -y install --no-install-recommends " + " ".join(GIVEN)]:
        run("chroot", root, "env", "DEBIAN_FRONTEND=noninteractive", *line.split(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    print(f"what Swift needs: {time.monotonic() - begin:.0f} s", flush=True)
    return root


def old_root(folder, root):
    """The older Debian, seen from within."""
    old = make_root(folder / OLD_RELEASE, OLD_RELEASE)
    within = root / "old"
    within.mkdir(exist_ok=True)
    run("mount", "--bind", str(old), str(within))
    run("mount", "-t", "proc", "proc", str(within / "proc"))
    run("mount", "--rbind", "/dev", str(within / "dev"))
    return "/old"


def clone(root, repository, user, keep):
    place = root / "src/clone"
    if not (keep and place.exists()):
        shutil.rmtree(root / "src", ignore_errors=True)
        place.parent.mkdir(parents=True)
        run("git", "clone", "-q", repository, str(place))
    if user != "root":
        subprocess.run(["chroot", root, "useradd", "--home-dir", "/src", user], stderr=subprocess.DEVNULL)
    run("chroot", root, "chown", "-R", f"{user}:", "/src")
    for lock in (root / "tmp").glob("_src*"):
        lock.unlink()


def make(root, swift, user, target, old):
    """- Returns: whether the target could be made."""
    environment = ["HOME=" + ("/root" if user == "root" else "/src"), f"USER={user}", "LANG=C.UTF-8", f"SLT_TEST_OLD_ROOT={old}",
                   f"PATH={swift}/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
    log = root.parent / f"{target}-{user}.log"
    begin = time.monotonic()
    with open(log, "wb") as output:
        result = subprocess.run(["chroot", f"--userspec={user}:{user}", root, "env", "-i", *environment, "make", "-C", "/src/clone", target],
                                stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    print(f"make {target} as {user}: exit {result.returncode}, {time.monotonic() - begin:.0f} s ({log})", flush=True)
    print("".join("  | " + line + "\n" for line in log.read_text(errors="replace").splitlines()[-4:]), end="", flush=True)
    return result.returncode == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("repository")
    parser.add_argument("swift", help="the swift command")
    parser.add_argument("targets", nargs="+")
    parser.add_argument("--user", default="root")
    parser.add_argument("--keep", action="store_true", help="go on with the clone of the last call, and its build")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("cannot make a fresh system without root: run 'sudo make fresh'")
    # TOOLCHAIN/usr/bin/swift
    swift = pathlib.Path(os.path.realpath(arguments.swift)).parents[2]
    root = prepare(arguments.folder.resolve(), swift)
    old = old_root(arguments.folder.resolve(), root)
    clone(root, arguments.repository, arguments.user, arguments.keep)
    # An ordinary user finds the packages there, as on a machine that is looked after.
    if arguments.user != "root" and not make(root, swift, "root", "deps", old):
        sys.exit(1)
    sys.exit(0 if all([make(root, swift, arguments.user, target, old) for target in arguments.targets]) else 1)


main()
