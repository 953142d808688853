# SPDX-License-Identifier: ISC
"""Faults for smolvm-allowpatch, more than a shell can make in a second.

    allowpatch.py race ENGINE SECONDS none|ours|python
        One patch each 50 ms, by the tool, or by a compare-and-swap in Python,
        or none at all, while the real engine in the folder ENGINE creates,
        updates and deletes other machines.  Prints what happened; status 1
        if the tool failed, or anything was lost.
    allowpatch.py kill DATABASE ROUNDS
        Kill the tool with signal 9 at a random moment, again and again.
        Prints how often the record was old and new; status 1 if it was
        anything else, or the database is not whole.
    allowpatch.py two DATABASE ROUNDS
        Two of the tool at once on one record, again and again; status 1 if
        it is not as one of them wants it, or one failed.
"""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}


def record(database, name):
    db = sqlite3.connect(database, timeout=15)
    try:
        return db.execute("SELECT data FROM vms WHERE name = ?",
                          (name,)).fetchone()[0]
    finally:
        db.close()


def whole(database):
    db = sqlite3.connect(database, timeout=15)
    try:
        return db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    finally:
        db.close()


def patch(database, name, address):
    return ["smolvm-allowpatch", "-D", "255.255.255.255", "-p", "none", "-f",
            database, name, address]


def swap(database, name, address):
    """The same edit, as one would write it in Python."""
    old = record(database, name)
    new = json.loads(old)
    new["allowed_cidrs"] = [address + "/32"]
    new = json.dumps(new, separators=(",", ":"), ensure_ascii=False).encode()
    db = sqlite3.connect(database, timeout=15, isolation_level=None)
    try:
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("BEGIN IMMEDIATE")
        done = db.execute("UPDATE vms SET data = ? WHERE name = ? AND "
                          "data = ? AND typeof(data) = 'blob'",
                          (new, name, old)).rowcount
        db.execute("COMMIT")
        return done == 1
    finally:
        db.close()


class Engine:
    """The engine at work on machines that are not ours."""

    def __init__(self, folder):
        self.tool = os.path.join(folder, "smolvm")
        self.home = tempfile.mkdtemp(dir=os.environ.get("BATS_TEST_TMPDIR"))
        self.env = dict(os.environ, HOME=self.home)
        self.database = self.home + "/.local/share/smolvm/server/smolvm.db"
        self.commands = self.failed = self.lied = 0
        self.reasons = {}

    def run(self, *words):
        done = subprocess.run([self.tool, "machine", *words], env=self.env,
                              **QUIET)
        self.commands += 1
        if done.returncode != 0:
            self.failed += 1
            reason = done.stderr.strip()[-90:]
            self.reasons[reason] = self.reasons.get(reason, 0) + 1
        return done.returncode == 0

    def there(self, name):
        db = sqlite3.connect(self.database, timeout=15)
        try:
            return db.execute("SELECT count(*) FROM vms WHERE name = ?",
                              (name,)).fetchone()[0] == 1
        finally:
            db.close()

    def churn(self, until):
        cpus = 1
        while time.monotonic() < until:
            if self.run("create", "--name", "churn"):
                self.lied += not self.there("churn")
            cpus = 3 - cpus
            self.run("update", "--name", "other", "--cpus", str(cpus))
            if self.run("delete", "--name", "churn", "-f"):
                self.lied += self.there("churn")


def race(folder, seconds, who):
    engine = Engine(folder)
    for name in "net", "other":
        subprocess.run([engine.tool, "machine", "create", "--name", name,
                        "--net"], env=engine.env, check=True, **QUIET)
    patches = errors = lost = 0
    until = time.monotonic() + float(seconds)
    churn = threading.Thread(target=engine.churn, args=(until,))
    churn.start()
    while time.monotonic() < until:
        address = f"127.0.0.{16 + patches % 16}"
        begin = time.monotonic()
        if who == "ours":
            done = subprocess.run(patch(engine.database, "net", address),
                                  env=engine.env, **QUIET)
            if done.returncode != 0:
                errors += 1
                print(done.stderr, file=sys.stderr, end="")
        elif who == "python":
            try:
                errors += not swap(engine.database, "net", address)
            except sqlite3.Error as error:
                errors += 1
                print(error, file=sys.stderr)
        if who != "none":
            patches += 1
            policy = json.loads(record(engine.database, "net"))
            lost += policy["allowed_cidrs"] != [address + "/32"]
        time.sleep(max(0, 0.05 - (time.monotonic() - begin)))
    churn.join()
    print(f"{who}: {patches} patches, {errors} errors, {lost} lost; engine: "
          f"{engine.commands} commands, {engine.failed} failed, {engine.lied} "
          f"lied; {'whole' if whole(engine.database) else 'BROKEN'}")
    for reason, count in engine.reasons.items():
        print(f"\t{count} x {reason}")
    return errors or lost or not whole(engine.database)


def kill(database, rounds):
    addresses = "127.0.0.16", "127.0.0.17"
    wanted = []
    for address in addresses:
        subprocess.run(patch(database, "net", address), check=True, **QUIET)
        wanted.append(record(database, "net"))
    longest = 0.004
    seen = {"old": 0, "new": 0}
    killed = 0
    for i in range(int(rounds)):
        old, new = wanted[(i + 1) % 2], wanted[i % 2]
        tool = subprocess.Popen(patch(database, "net", addresses[i % 2]),
                                **QUIET)
        time.sleep(random.uniform(0, longest))
        tool.send_signal(signal.SIGKILL)
        killed += tool.wait() == -signal.SIGKILL
        tool.stderr.close()
        now = record(database, "net")
        if now not in (old, new) or not whole(database):
            print(f"round {i}: neither old nor new, or not whole")
            return 1
        seen["new" if now == new else "old"] += 1
        subprocess.run(patch(database, "net", addresses[i % 2]), check=True,
                       **QUIET)
    print(f"{rounds} rounds, {killed} killed: {seen['old']} old, "
          f"{seen['new']} new")
    return 0


def two(database, rounds):
    for i in range(int(rounds)):
        pair = [subprocess.Popen(patch(database, "net", address), **QUIET)
                for address in (f"10.1.{i % 256}.1", f"10.2.{i % 256}.1")]
        said = [tool.communicate()[1] for tool in pair]
        policy = json.loads(record(database, "net"))["allowed_cidrs"]
        if any(tool.returncode for tool in pair) or policy not in (
                [f"10.1.{i % 256}.1/32"], [f"10.2.{i % 256}.1/32"]):
            print(said, policy)
            return 1
    return 0


sys.exit({"race": race, "kill": kill, "two": two}[sys.argv[1]](*sys.argv[2:]))
