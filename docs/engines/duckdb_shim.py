#!/usr/bin/env python3
"""Lets slt-worker run files on DuckDB, with Python's duckdb module (pip install duckdb).

    slt-worker run --dialect duckdb --engine external --engine-command 'python3 duckdb_shim.py {db} {mode}' FILE...

One process is one connection. Each request is a JSON object, {"sql": "..."}, with nothing behind it; each answer is
{"result": [["1", "2"], ...]}, all values as text, or {"err": "..."}. With a result stand the "types" of its columns, by
which slt-worker compares values as DuckDB's own runner does. The end of standard input is the end.

DuckDB lets one process alone have a database. Connections that get the same {db} therefore share a server: a child of
the first one that holds the database until the last connection ends. A {db} with a slash is the path of a database,
any other name one in memory.
"""

import fcntl
import hashlib
import json
import os
import socket
import sys
import tempfile
import threading

import duckdb


def requests(receive):
    """The JSON values that `receive` brings in pieces, which follow each other with no line ends between them."""
    decoder = json.JSONDecoder()
    text, pending = "", b""
    while True:
        text = text.lstrip()
        try:
            value, end = decoder.raw_decode(text)
        except ValueError:
            chunk = receive(65536)
            if not chunk:
                return
            pending += chunk
            # A character may be cut in two.
            whole = pending.decode("utf-8", "ignore")
            if pending.startswith(whole.encode("utf-8")):
                pending = pending[len(whole.encode("utf-8")):]
            text += whole
            continue
        text = text[end:]
        yield value


def shown(value):
    """A value that DuckDB has made a text, as scripts write it."""
    return "NULL" if value is None else value.replace("\0", "\\0") or "(empty)"


def names(kinds):
    """Types as DuckDB itself has them, whatever aliases they have; none from a version of the module that does not say them."""
    kinds = list(kinds)
    return [kind.id.upper() for kind in kinds] if all(hasattr(kind, "id") for kind in kinds) else []


def as_text(connection, value):
    """A value of Python's as a text of DuckDB's."""
    if value is None or isinstance(value, str):
        return shown(value)
    if isinstance(value, bool):
        return "1" if value else "0"
    return shown(connection.execute("SELECT CAST(? AS VARCHAR)", [value]).fetchone()[0])


def as_texts(query):
    """The query with all its columns made texts; truth values are 1 and 0."""
    columns = [
        f"CAST({'CAST(#%d AS INTEGER)' % number if str(kind) == 'BOOLEAN' else '#%d' % number} AS VARCHAR)"
        for number, kind in enumerate(query.types, 1)
    ]
    return query.project(", ".join(columns))


def rows(connection, statement):
    """What a statement gives, and the types of its columns. A query's values are made texts by DuckDB itself, on the way out."""
    if statement.type == duckdb.StatementType.SELECT:
        try:
            query = connection.query(statement)
            types = names(query.types)
            return [[shown(value) for value in row] for row in as_texts(query).fetchall()], types
        except (duckdb.ParserException, duckdb.BinderException):
            # Not every query can stand within another one; the error of one that is wrong is its own.
            pass
    result = connection.execute(statement)
    if result.description is None:
        return [], []
    types = names(column[1] for column in result.description)
    values = result.fetchall()
    texts = connection.cursor()
    return [[as_text(texts, value) for value in row] for row in values], types


def answer(connection, sql):
    try:
        result, types = [], []
        for statement in connection.extract_statements(sql):
            result, types = rows(connection, statement)
        return {"result": result, "types": types}
    except Exception as error:  # Whatever it is, the script is to know.
        return {"err": str(error)}


# The server.


def serve(listener, address, database, mode):
    """Answers connections until the last of them has ended."""
    try:
        connection = duckdb.connect(database, read_only=mode == "readonly", config={"python_enable_replacements": "false"})
        failure = None
    except Exception as error:
        connection, failure = None, {"err": str(error)}
    lock, clients = threading.Lock(), []

    def converse(client):
        own = connection.cursor() if connection else None
        for request in requests(client.recv):
            client.sendall(json.dumps(failure or answer(own, request["sql"])).encode())
        if own:
            own.close()
        with lock:
            clients.remove(client)
            if not clients:
                # All is in order when the last client sees the end.
                os.remove(address)
                if connection:
                    connection.close()
                client.close()
                os._exit(0)
        client.close()

    while True:
        client, _ = listener.accept()
        with lock:
            clients.append(client)
        threading.Thread(target=converse, args=(client,), daemon=True).start()


def connect(name, mode):
    """A socket to the server of the database, which is started if there is none."""
    folder = os.path.join(tempfile.gettempdir(), "duckdb-" + hashlib.sha256(name.encode()).hexdigest()[:16])
    address = folder + ".sock"
    with open(os.path.join(tempfile.gettempdir(), "duckdb-shim.lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(address)
            return client
        except OSError:
            pass
        if os.path.exists(address):
            os.remove(address)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address)
        listener.listen(64)
        if os.fork() == 0:
            # A session of its own: the server outlives the connection that started it.
            os.setsid()
            client.close()
            lock.close()
            null = os.open(os.devnull, os.O_RDWR)
            for descriptor in (0, 1):
                os.dup2(null, descriptor)
            serve(listener, address, name if "/" in name else ":memory:", mode)
        listener.close()
        client = socket.socket(socket.AF_UNIX)
        client.connect(address)
        fcntl.flock(lock, fcntl.LOCK_UN)
        return client


def main():
    name = sys.argv[1] if len(sys.argv) > 1 else "slt"
    mode = sys.argv[2] if len(sys.argv) > 2 else "readwrite"
    with connect(name, mode) as server:
        # Requests go through as they are, and each has one answer.
        answers = requests(server.recv)
        for request in requests(lambda size: os.read(0, size)):
            server.sendall(json.dumps(request).encode())
            json.dump(next(answers), sys.stdout)
            sys.stdout.flush()
        server.shutdown(socket.SHUT_WR)
        # Until the server has let go of the connection.
        while server.recv(65536):
            pass


if __name__ == "__main__":
    main()
