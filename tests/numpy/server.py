#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs Python that wants numpy, which takes a tenth of a second to import and
is imported here once: server.py SOCKET, until its standard input ends.

A request is what client.c sends: three files to stand for the standard ones,
and words: the directory, the number of arguments, these ("-c CODE", "-" or a
file's name, and what follows it), and the environment.  Each runs in a process
of its own, as the interpreter would run it, and its exit status is the answer.
"""
import os
import select
import signal
import socket
import sys
import traceback
import types

import numpy  # noqa: F401, what this is for

STREAMS = (
    ("stdin", "r", "surrogateescape"),
    ("stdout", "w", "surrogateescape"),
    ("stderr", "w", "backslashreplace"),
)


def received(conn):
    data, files, _, _ = socket.recv_fds(conn, 65536, len(STREAMS))
    while more := conn.recv(65536):
        data += more
    return [os.fsdecode(w) for w in data.split(b"\0")[:-1]], files


def take(conn):
    """Makes this process the interpreter of a request; returns its arguments."""
    (cwd, count, *words), files = received(conn)
    argv, environ = words[: int(count)], words[int(count) :]
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(w.split("=", 1) for w in environ)
    for fd, (name, mode, errors) in enumerate(STREAMS):
        os.dup2(files[fd], fd)
        os.close(files[fd])
        stream = open(fd, mode, encoding="utf-8", errors=errors, closefd=False)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
    return argv


def serve(listener):
    """Returns the arguments of each request, in the process that runs it."""
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        conn, _ = listener.accept()
        if os.fork() == 0:
            break
        conn.close()
    listener.close()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    pid = os.fork()
    if pid == 0:
        argv = take(conn)
        conn.close()
        return argv
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    conn.sendall(bytes([code if code >= 0 else 128 - code]))
    os._exit(0)


def listen(name):
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(name)
    except FileNotFoundError:  # who started this has ended since
        os._exit(0)
    listener.listen(64)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them
    return listener


def program(argv):
    """What the arguments ask to run, compiled, as the module __main__."""
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    name, where = argv[0], ""
    if name == "-c":
        code = argv.pop(1)
    elif name == "-":
        code = sys.stdin.buffer.read()
    else:
        main.__file__, where = name, os.path.dirname(os.path.realpath(name))
        with open(name, "rb") as file:
            code = file.read()
    sys.argv = argv
    paths = os.environ.get("PYTHONPATH", "").split(":")
    sys.path[:1] = [where, *filter(None, paths)]
    sys.dont_write_bytecode = True
    return compile(code, name, "exec"), vars(main)


def run(code, names):
    """Runs CODE and returns its exit status."""
    status = 0
    try:
        exec(code, names)
    except SystemExit as end:
        status = end.code or 0
        if not isinstance(status, int):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        traceback.print_exc()
        status = 1
    names.clear()  # closes what it left open
    sys.stdout.flush()
    sys.stderr.flush()
    return status


# An interpreter that ends as such would first write over all that it shares.
os._exit(run(*program(serve(listen(sys.argv[1])))))
