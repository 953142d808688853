#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""What a real engine makes of odd port bindings, and what loalias-pick does.

odd_bindings.py SOCKET: make a container with each binding, ask loalias-pick
whether it holds 127.0.0.16, and start it.  Where the engine publishes on this
address it must have been held, and where it publishes on others it must not.
Prints how many bindings the engine took, and how many of them it published.
"""

import http.client
import json
import socket
import subprocess
import sys

ALIAS = "127.0.0.16"
HOST_IPS = ["", "0.0.0.0", ALIAS, "::", "::1", "::ffff:" + ALIAS,
            "::FFFF:7f00:10", "0:0:0:0:0:ffff:7f00:0010", "localhost",
            "127.0.0.016", "127.16", "0x7f000010", "2130706448", " " + ALIAS,
            ALIAS + " ", ALIAS + "/32", ALIAS + ":80", "[::1]", "fe80::1%lo",
            "*", "127.0.0.17", "192.0.2.1"]
HOST_PORTS = ["", "0", "08080", "8080-8085", "8080-8080", "8080/udp", "0-0",
              "0-10", "65535", "65536", "-1", "http", " 80", "8085-8080"]
PORTS = ["80", "80/TCP", "80/Udp", "80/sctp", "80/foo", "80/", "80/tcp/udp",
         "0/tcp", "/tcp", "", "080/tcp", "80-82/tcp", "65536/tcp", "http/tcp"]


def request(method, path, body=None):
    engine = http.client.HTTPConnection("engine")
    engine.sock = socket.socket(socket.AF_UNIX)
    engine.sock.connect(sys.argv[1])
    engine.request(method, path, json.dumps(body),
                   {"Content-Type": "application/json"})
    answer = engine.getresponse()
    text = answer.read()
    return answer.status, json.loads(text) if text else None


def picks(expected):
    """Is this the answer about the alias alone, status 0 or 1?"""
    done = subprocess.run(["loalias-pick", ALIAS], text=True,
                          capture_output=True, check=False)
    assert done.returncode in (0, 1), done
    return (done.returncode == 0) == expected


def try_one(port, ip, host_port):
    status, _ = request("POST", "/containers/create?name=odd", {
        "Image": "busybox", "Cmd": ["sleep", "600"],
        "ExposedPorts": {port: {}}, "HostConfig": {"PortBindings": {
            port: [{"HostIp": ip, "HostPort": host_port}]}}})
    if status != 201:
        return 0, 0
    free = picks(True)
    status, _ = request("POST", "/containers/odd/start")
    ports = request("GET", "/containers/odd/json")[1]["NetworkSettings"][
        "Ports"] if status == 204 else {}
    hosts = {binding["HostIp"] for published in ports.values()
             for binding in published or []}
    if hosts:
        what = f"{port!r} {ip!r} {host_port!r}: on {hosts}, "
        assert free == (ALIAS not in hosts), what + f"free: {free}"
        assert picks(free), what + "and started it differs"
    request("DELETE", "/containers/odd?force=1")
    return 1, bool(hosts)


def main():
    cases = [("80/tcp", ip, "8080") for ip in HOST_IPS]
    cases += [("80/tcp", ALIAS, port) for port in HOST_PORTS]
    cases += [(port, ALIAS, "8080") for port in PORTS]
    taken = [try_one(*case) for case in cases]
    print(len(cases), *map(sum, zip(*taken)))


main()
