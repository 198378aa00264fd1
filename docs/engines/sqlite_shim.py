#!/usr/bin/env python3
"""Lets slt-worker run files on any engine that Python can reach: here, on its own sqlite3 module.

    slt-worker run --engine external --engine-command 'python3 sqlite_shim.py {db}' --dialect rs FILE...

One process is one connection. Each request is a JSON object, {"sql": "..."}, with nothing behind it; each answer is
{"result": [["1", "2"], ...]}, all values as text, or {"err": "..."}. The end of standard input is the end.

Connections of one file get the same {db}; the database lives in the folder of temporary files until its last
connection ends.
"""

import fcntl
import json
import os
import sqlite3
import sys
import tempfile


def requests(stream):
    """The JSON values of `stream`, which follow each other with no line ends between them."""
    decoder = json.JSONDecoder()
    text = ""
    while True:
        text = text.lstrip()
        try:
            value, end = decoder.raw_decode(text)
        except ValueError:
            chunk = os.read(stream.fileno(), 65536)
            if not chunk:
                return
            pending.extend(chunk)
            # A character may be cut in two.
            text += take_utf8(pending)
            continue
        text = text[end:]
        yield value


pending = bytearray()


def take_utf8(buffer):
    for cut in range(len(buffer), max(len(buffer) - 4, -1), -1):
        try:
            text = bytes(buffer[:cut]).decode("utf-8")
        except UnicodeDecodeError:
            continue
        del buffer[:cut]
        return text
    raise ValueError("a request is not UTF-8")


def shown(value):
    """A value as scripts write it."""
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    return str(value) or "(empty)"


def answer(connection, sql):
    try:
        cursor = connection.execute(sql)
        return {"result": [[shown(value) for value in row] for row in cursor.fetchall()]}
    except (sqlite3.Error, sqlite3.Warning) as error:
        return {"err": str(error)}


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "slt"
    path = os.path.join(tempfile.gettempdir(), os.path.basename(name) + ".db")
    # Whoever holds the lock alone at the end is the last connection and removes the files.
    lock = open(path + ".lock", "w")
    fcntl.flock(lock, fcntl.LOCK_SH)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    try:
        for request in requests(sys.stdin.buffer):
            json.dump(answer(connection, request["sql"]), sys.stdout)
            sys.stdout.flush()
    finally:
        connection.close()
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for suffix in ("", "-journal", "-wal", "-shm", ".lock"):
                if os.path.exists(path + suffix):
                    os.remove(path + suffix)
        except BlockingIOError:
            pass


if __name__ == "__main__":
    main()
