# SPDX-License-Identifier: ISC
"""Fail each request for memory, and see that it ends in status 2, or in what
would have been without; never in a signal, nor in a half-changed database.

usage: faults.py PRELOAD COMMANDS DATABASE
"""

import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

EACH = 60       # requests that are failed one by one: the first, and half as
                # many of the last and of a sample of the rest


def machine():
    row = sqlite3.connect("db").execute(
        "select typeof(data), cast(data as text) from vms where name = 'net'")
    return row.fetchone()


class Command:
    def __init__(self, line, preload, database):
        self.input, command = line.split("\t")
        self.words = command.replace("@", "db").split()
        self.preload, self.database = preload, database

    def run(self, **fault):
        for path in pathlib.Path(".").glob("db*"):
            path.unlink()
        shutil.copy(self.database, "db")
        env = dict(os.environ, LD_PRELOAD=self.preload, **fault)
        text = "" if self.input == "-" else self.input
        return subprocess.run(self.words, env=env, text=True, input=text,
                              capture_output=True, timeout=60)

    def check(self):
        """What is wrong, one a line."""
        old = machine() if shutil.copy(self.database, "db") else None
        plain = self.run(FAULT_COUNT="count")
        new = machine()
        total = int(pathlib.Path("count").read_text())
        steps = {*range(1, min(total, EACH) + 1),
                 *range(EACH, total, 1 + total // (EACH // 2)),
                 *range(max(1, total - EACH // 2), total + 1)}
        for i in sorted(steps):
            for fault in "FAULT_MALLOC", "FAULT_AFTER":
                run = self.run(**{fault: str(i)})
                good = (run.returncode == 2 and run.stderr and not run.stdout
                        or self.same(plain, run))
                if not good:
                    yield f"{fault}={i}: {run.returncode} {run.stderr!r}"
                if machine() not in (old, new):
                    yield f"{fault}={i}: the database is neither old nor new"
        run = self.run(FAULT_READ="1")
        if not self.same(plain, run):
            yield f"FAULT_READ: {run.returncode} {run.stderr!r}"
        print(f"{total:5} {' '.join(self.words)}")

    def same(self, plain, run):
        """Ports and process numbers change from run to run."""
        return run.returncode == plain.returncode and (
            run.stdout == plain.stdout or "loalias-" in self.words[0])


def main():
    preload, commands, database = map(os.path.abspath, sys.argv[1:])
    bad = []
    for line in pathlib.Path(commands).read_text().splitlines():
        if line.startswith("#"):
            continue
        command = Command(line, preload, database)
        for fault in command.check():
            bad.append(f"WRONG: {' '.join(command.words)}: {fault}")
    print("\n".join(bad[:100]))
    return 1 if bad else 0


sys.exit(main())
