#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""Does loalias-pick ask the engine that docker itself asks?

Run in network and mount namespaces, with an empty /run and lo up.  Listens at
Unix sockets and TCP ports, writes one configuration of Docker after another
into a home folder, and runs both.  Prints how many configurations there were,
how many of them led docker to an engine, and how often loalias-pick refused
where docker asked one: each such case has to be among those it says it
refuses.  It must never ask another engine than docker, or one where docker
asks none.
"""

import hashlib
import http.server
import json
import os
import pathlib
import random
import shutil
import socket
import socketserver
import subprocess
import sys
import threading

HOME = pathlib.Path.cwd() / "home"
DEFAULT = "/run/docker.sock"
OWN = "192.0.2.7"		# on lo: an address of this host
VERBOSE = "-v" in sys.argv
asked = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.append(self.server.label(self.connection))
        body = b"OK" if "ping" in self.path else b"[]"
        self.send_response(200)
        self.send_header("Api-Version", "1.41")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    do_HEAD = do_GET

    def log_message(self, *args):
        pass


class UnixServer(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True

    def label(self, _):
        return self.server_address

    def get_request(self):
        return self.socket.accept()[0], ("unix", 0)


class TcpServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def label(self, _):
        return f"tcp:{self.server_address[1]}"


class Tcp6Server(TcpServer):
    address_family = socket.AF_INET6


def serve():
    servers = [UnixServer(path, Handler) for path in
               (DEFAULT, f"{HOME}/a.sock", f"{HOME}/b.sock", "rel.sock")]
    for port in 80, 2375, 2376, 4000:
        servers.append(TcpServer(("0.0.0.0", port), Handler))
        six = Tcp6Server(("::", port), Handler, bind_and_activate=False)
        six.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        six.server_bind()
        six.server_activate()
        servers.append(six)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()


def run(command, env):
    """The engine that it asks, or None, and what it says."""
    asked.clear()
    done = subprocess.run(command, env=env, text=True, capture_output=True,
                          stdin=subprocess.DEVNULL, check=False, timeout=60)
    assert len(set(asked)) <= 1, (command, asked)
    return (asked[0] if asked else None), done.stderr.strip()


def meta(host=None, **changes):
    """As docker context create writes it."""
    docker = {"SkipTLSVerify": False}
    if host is not None:
        docker["Host"] = host
    return json.dumps({"Name": "x", "Metadata": {}, "Endpoints": {
        "docker": docker}, **changes})


HOSTS = [f"unix://{HOME}/a.sock", f" unix://{HOME}/a.sock\n", "unix://",
         "unix://rel.sock", "unix://none.sock", f"{HOME}/a.sock", "unix:///x",
         f"unix:{HOME}/a.sock", f"UNIX://{HOME}/a.sock",
         f"unix://unix://{HOME}/a.sock", f"unix://{HOME}/%61.sock",
         f"unix://{HOME}/a.sock/", f"unix://{HOME}/../home/a.sock",
         "tcp://", "tcp://127.0.0.1", "tcp://127.0.0.1:4000", "127.0.0.1:4000",
         "127.0.0.1", ":4000", "tcp://:4000", "tcp://127.0.0.1:",
         "tcp://localhost:4000", "tcp://LOCALHOST:4000", "tcp://LocalHost",
         "localhost", "localhost:4000", "tcp://0.0.0.0:4000", "0.0.0.0",
         "tcp://[::]:4000", "tcp://[::]", "tcp://[::1]:4000", "tcp://[::1]",
         "tcp://[::ffff:127.0.0.1]:4000", "tcp://[::FFFF:7f00:1]:4000",
         "tcp://127.8.9.10:4000", "tcp://127.0.0.1:4000/",
         "tcp://127.0.0.1:4000/x", "tcp://127.0.0.1/", f"tcp://{OWN}:4000", OWN,
         f"tcp://[::ffff:{OWN}]:4000", "tcp://192.0.2.1:4000",
         "tcp://[::1]4000", "tcp://::1:4000", "tcp://127.0.0.1:04000",
         "tcp://127.0.0.1:0", "tcp://127.0.0.1:99999", "tcp://127.0.0.1:x",
         "tcp://user@127.0.0.1:4000", "tcp://127.0.0.1:4000?x",
         "tcp://127.0.0.1:4000#x", "tcp://127.0.0.1 :4000", "tcp://127.1:4000",
         "TCP://127.0.0.1:4000", "tcp:127.0.0.1:4000", "tcp://tcp://127.0.0.1",
         "http://127.0.0.1:4000", "https://127.0.0.1:4000", "fd://", "npipe://x",
         "ssh://me@127.0.0.1", "://", "x://", " ", "\t", "", "default", "a"]

CONFIGS = [None, "", " ", "{}", "null", "[]", "1", '"a"', "{", "{} x", "{}{}",
           '{"currentContext":"a"}', '{"currentContext":"b"}',
           '{"currentContext":"default"}', '{"currentContext":""}',
           '{"currentContext":"none"}', '{"currentContext":null}',
           '{"currentContext":1}', '{"currentContext":["a"]}',
           '{"currentcontext":"a"}', '{"CURRENTCONTEXT":"a"}',
           '{"currentContext":"a","currentcontext":"b"}',
           '{"CurrentContext":"a","currentContext":"b"}',
           '{"currentContext":"a","currentContext":null}',
           '{"currentContext":"a","currentContext":1}',
           '{"currentContext":"a"} x', '{"currentContext":"a"}{',
           '{"currentContext":"a"}{"currentContext":"b"}',
           '{"currentContext":"a"', '{"currentContext":"a",}',
           '{"auths":1,"currentContext":"a"}',
           '{"auths":{"x":{"auth":"!"}},"currentContext":"a"}',
           '{"auths":{"x":{"auth":"dTpw"}},"currentContext":"a"}',
           '{"HttpHeaders":[],"currentContext":"a"}',
           '{"proxies":{"default":{"httpProxy":"http://127.0.0.1:1"}}}',
           '{"current\\u0043ontext":"\\u0061"}', '{"currentContext":"a\\u0000"}',
           '{"currentContext":" a"}', '{"currentContext":"\\ud800"}',
           '\ufeff{"currentContext":"a"}', "{'currentContext':'a'}",
           '{"currentContext":NaN}', '{"x":nan,"currentContext":"a"}',
           '{"x":01,"currentContext":"a"}', '{"x":.5,"currentContext":"a"}',
           '{"x":1e999,"currentContext":"a"}',
           '{"currentContext":"a"}\n\n', '# x\n{"currentContext":"a"}',
           '{"x":"\t","currentContext":"a"}', '{"currentContext":"../a"}',
           '{"x":{"currentContext":"b"},"currentContext":"a"}',
           "directory", "unreadable"]

# Of docker, with which it takes DOCKER_TLS_VERIFY at all.
CA = """\
-----BEGIN CERTIFICATE-----
MIIBdDCCARugAwIBAgIUNwyxJrt4Qr7AYOU8SIJgKjLqhtQwCgYIKoZIzj0EAwIw
EDEOMAwGA1UEAwwFdGVzdHMwHhcNMjYxMTI5MjExNTE1WhcNMzYxMTI2MjExNTE1
WjAQMQ4wDAYDVQQDDAV0ZXN0czBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDTT
w20X2s+VZzzc3i029BGT3VhCwC9NAXJhnNvIREX0WurfPBpb2q2duIBd+sj4Eb1i
how5vCdWAx4yuAOIFOCjUzBRMB0GA1UdDgQWBBRJ2JAocwuWbARFQgunj/b51VOx
TzAfBgNVHSMEGDAWgBRJ2JAocwuWbARFQgunj/b51VOxTzAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0cAMEQCIBzYWk/ib3luxM7BXHP08Q77Gm82OPJ52oVc
O0YJmGsjAiAR58JsmPtnHw9Dz60jYmurheHgXYVSCeez0LNKM5+gxQ==
-----END CERTIFICATE-----
"""

A = f"unix://{HOME}/a.sock"
B = f"unix://{HOME}/b.sock"
METAS = [None, meta(A), meta(""), meta(), meta(None, Endpoints={}),
         meta(None, Endpoints=None), "{}", "", "null", "[]", "{", meta(A) + "x",
         meta(A) + "{}", meta(A) + "\n",
         '{"endpoints":{"docker":{"host":"%s"}}}' % A,
         '{"ENDPOINTS":{"docker":{"HOST":"%s"}}}' % A,
         '{"Endpoints":{"Docker":{"Host":"%s"}}}' % A,
         '{"Endpoints":{"docker":{"Host":"%s","host":"%s"}}}' % (A, B),
         '{"Endpoints":{"docker":{"host":"%s","Host":"%s"}}}' % (A, B),
         '{"Endpoints":{"docker":{"Host":"%s","Host":null}}}' % A,
         '{"Endpoints":{"docker":{"Host":null}}}',
         '{"Endpoints":{"docker":{"Host":1}}}', '{"Endpoints":1}',
         '{"Endpoints":{"docker":null}}', '{"Endpoints":{"docker":[]}}',
         '{"Endpoints":{"docker":"x"}}',
         '{"Name":1,"Endpoints":{"docker":{"Host":"%s"}}}' % A,
         '{"Metadata":1,"Endpoints":{"docker":{"Host":"%s"}}}' % A,
         '{"Metadata":{"Description":1},"Endpoints":{"docker":{"Host":"%s"}}}'
         % A,
         '{"Endpoints":{"kubernetes":{"Host":"%s"},"docker":{"Host":"%s"}}}'
         % (B, A),
         '{"Endpoints":{"docker":{"Host":"%s"}},"Endpoints":{}}' % A,
         '{"Endpoints":{"docker":{"Host":"%s"},"docker":{}}}' % A,
         '{"Endpoints":{"docker":{"Host":"%s","SkipTLSVerify":1}}}' % A,
         "directory"] + [meta(host) for host in HOSTS]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if text == "directory":
        path.mkdir()
    elif text is not None:
        path.write_text(text)
        if text == "unreadable":
            path.chmod(0)


def configure(case):
    """Write the files of the case.  Return its environment."""
    folder = HOME / case.get("folder", ".docker")
    for name in ".docker", "other":
        shutil.rmtree(HOME / name, ignore_errors=True)
    write(folder / "config.json", case.get("config"))
    write(folder / "ca.pem", CA)
    for name, text in {"b": meta(B), "default": meta(B), **case.get(
            "contexts", {"a": meta(A)})}.items():
        digest = hashlib.sha256(name.encode()).hexdigest()
        write(folder / "contexts/meta" / digest / "meta.json", text)
    return {"PATH": os.environ["PATH"], "HOME": str(HOME), **case.get(
        "env", {})}


def cases():
    for host in HOSTS:
        yield {"env": {"DOCKER_HOST": host}}
        yield {"env": {"DOCKER_HOST": host, "DOCKER_CONTEXT": "b"},
               "config": '{"currentContext":"a"}'}
    for config in CONFIGS:
        yield {"config": config}
        yield {"config": config, "env": {"DOCKER_CONTEXT": "b"}}
    for config in CONFIGS[::4]:
        yield {"config": config, "folder": "other",
               "env": {"DOCKER_CONFIG": f"{HOME}/other"}}
    for text in METAS:
        yield {"contexts": {"a": text}, "env": {"DOCKER_CONTEXT": "a"}}
    for name in "a", "b", "default", "none", "", " ", "../a", "A", "ä":
        yield {"env": {"DOCKER_CONTEXT": name}}
    for variable in "DOCKER_TLS_VERIFY", "DOCKER_TLS":
        for host in "", A, "tcp://127.0.0.1:4000", "tcp://", " ":
            yield {"env": {variable: "1", "DOCKER_HOST": host}}
        yield {"env": {variable: "1", "DOCKER_CONTEXT": "a"}}
        yield {"env": {variable: ""}}
    yield {"env": {"DOCKER_CONFIG": ""}, "config": '{"currentContext":"a"}'}
    # The whole of it, at random, but the same each time.
    chance = random.Random(1)
    for _ in range(60):
        yield {"config": chance.choice(CONFIGS),
               "contexts": {"a": chance.choice(METAS)},
               "env": {name: value for name, value in {
                   "DOCKER_HOST": chance.choice(HOSTS + [""] * len(HOSTS)),
                   "DOCKER_CONTEXT": chance.choice(
                       ["a", "b", "none", "", "", ""])}.items() if value}}


# What loalias-pick refuses, and says so, although docker asks an engine: no
# two engines are mixed up by it.
REFUSED = ("not HOST:PORT", "not an address of this host", "TLS is not",
           "neither unix:// nor tcp://", "is not one JSON value",
           "has a member twice", "number of 2^53", "Is a directory")


def main():
    HOME.mkdir()
    serve()
    total = reached = refused = bad = 0
    for case in cases():
        env = configure(case)
        theirs, their_words = run(["docker", "ps", "-q"], env)
        ours, words = run(["loalias-pick"], env)
        total += 1
        reached += theirs is not None
        if ours == theirs:
            continue
        if ours is None and any(reason in words for reason in REFUSED):
            refused += 1
            if not VERBOSE:
                continue
        else:
            bad += 1
        print(f"{case}: docker asks {theirs} ({their_words[:200]}), "
              f"loalias-pick {ours} ({words})")
    print(f"{total} configurations, {reached} of them with an engine, "
          f"{refused} refused, {bad} differ")


main()
