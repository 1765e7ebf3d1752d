#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Asks a shell what it completes: complete.py bash|zsh SCRIPT... <LINES

Starts the interactive shell on a terminal of its own, sources the scripts,
types each line and has the shell insert all that it would complete the last
word to.  Prints the lines as they stand then.
"""
import os, pty, select, sys, tempfile, time

BASH = r"""
PS1='$ ' PS2=
bind 'set bell-style none'
bind '"\C-t": insert-completions'
bind -x '"\C-g": printf "%s\n" "$READLINE_LINE" >>"$ANSWERS"; READLINE_LINE='
"""
ZSH = r"""
PS1='$ '
autoload -U compinit
compinit -u -D
all() { _main_complete; compstate[insert]=all; compstate[list]=; }
zle -C all complete-word all
tell() { print -r -- "$BUFFER" >>"$ANSWERS"; BUFFER=; }
zle -N tell
bindkey '^T' all
bindkey '^G' tell
"""
SHELLS = {"bash": (["bash", "--norc", "--noprofile", "-i"], BASH),
          "zsh": (["zsh", "-f", "-i"], ZSH)}


def drain(fd, until, path=None, want=0):
    """Reads what the shell shows, until it is silent or has answered."""
    end = time.time() + until
    while time.time() < end:
        if select.select([fd], [], [], 0.02)[0]:
            os.read(fd, 65536)
        if path and os.path.exists(path):
            with open(path, "rb") as f:
                if f.read().count(b"\n") >= want:
                    return
    if path:
        sys.exit("complete.py: the shell did not answer")


def main():
    shell, scripts = sys.argv[1], sys.argv[2:]
    lines = [x.rstrip("\n") for x in sys.stdin]
    argv, setup = SHELLS[shell]
    with tempfile.TemporaryDirectory() as d:
        answers, rc = os.path.join(d, "answers"), os.path.join(d, "rc")
        with open(rc, "w") as f:
            f.write(setup)
            for s in scripts:
                f.write(". '%s'\n" % s)
            f.write("echo ready >>\"$ANSWERS\"\n")
        os.environ.update(ANSWERS=answers, TERM="dumb", HISTFILE="")
        pid, fd = pty.fork()
        if pid == 0:
            os.execvp(argv[0], argv)
        os.write(fd, b". '" + rc.encode() + b"'\n")
        drain(fd, 30, answers, 1)
        for i, line in enumerate(lines):
            os.write(fd, line.encode() + b"\x14\x07")
            drain(fd, 30, answers, i + 2)
        os.write(fd, b"exit\n")
        with open(answers) as f:
            print(*f.read().splitlines()[1:], sep="\n")
        os.close(fd)
        os.waitpid(pid, 0)


main()
