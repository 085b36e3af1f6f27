#!/usr/bin/env python3
"""Clients of the management socket as nobody wants them.

api_storm.py SOCKET SECONDS   says how often each was cut off or refused
"""
import json
import os
import socket
import struct
import time

from storm import main


def request(method, **params):
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode() + b"\n"


def stalls(one):
    one.sendall(b'{"jsonrpc": "2.0", "id"')
    time.sleep(3)


def trickles(one):
    for octet in request("system.info") * 20:
        one.sendall(bytes([octet]))
        time.sleep(0.002)


def talks_nonsense(one):
    for _ in range(200):
        one.sendall(os.urandom(64) + b"\n")
    one.recv(65536)


def never_ends_a_line(one):
    for _ in range(1024):
        one.sendall(b'"' + b"x" * 65536)


def goes_deep(one):
    one.sendall(b"[" * 100000 + b"\n")
    one.recv(65536)


def asks_in_thousands(one):
    one.sendall(b"[" + b",".join([request("sa.list").strip()] * 10000) + b"]\n")
    one.recv(65536)


def asks_and_never_reads(one):
    for _ in range(100000):
        one.sendall(request("rpc.discover") * 50)


def follows_and_never_reads(one):
    one.sendall(request("events.subscribe") * 100)
    time.sleep(5)


def goes_away(one):
    one.sendall(request("rpc.discover") + request("sa.list")[:17])
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


if __name__ == "__main__":
    main((stalls, trickles, talks_nonsense, never_ends_a_line, goes_deep, asks_in_thousands, asks_and_never_reads,
          follows_and_never_reads, goes_away))
