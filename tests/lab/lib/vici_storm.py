#!/usr/bin/env python3
"""Clients of vici as nobody wants them, until it is told to end (SIGTERM), or for so many seconds.

vici_storm.py SOCKET SECONDS   says how often each was cut off or refused
"""
import collections
import os
import random
import socket
import struct
import sys
import threading
import time

from vici_frames import VERSION, packet
from vici import REGISTER, REQUEST, encode

cut_off = collections.Counter()


def connect(path):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    one.settimeout(2)
    one.connect(path)
    return one


def stalls(one):
    """Half a length, and then nothing."""
    one.sendall(b"\0\0")
    time.sleep(3)


def trickles(one):
    for octet in VERSION * 20:
        one.sendall(bytes([octet]))
        time.sleep(0.002)


def talks_nonsense(one):
    for _ in range(200):
        body = os.urandom(random.randrange(64))
        one.sendall(struct.pack(">I", len(body)) + body)
    one.recv(65536)


def promises_much(one):
    one.sendall(struct.pack(">I", 512 * 1024) + bytes(256 * 1024))
    time.sleep(1)


def asks_and_never_reads(one):
    for _ in range(100000):
        one.sendall(packet(REQUEST, "get-algorithms") * 50)


def listens_and_never_reads(one):
    for event in ("log", "ike-updown", "child-updown", "list-sa", "control-log"):
        one.sendall(packet(REGISTER, event) * 100)
    time.sleep(5)


def goes_away(one):
    one.sendall(packet(REGISTER, "list-sa") + packet(REQUEST, "list-sas") + VERSION[:7])
    one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def asks_for_what_is_not_there(one):
    for _ in range(200):
        one.sendall(packet(REQUEST, "initiate", encode({"child": "x" * 60000, "timeout": "1"})))
        one.recv(65536)


def again_and_again(kind, path, until):
    while time.monotonic() < until:
        try:
            with connect(path) as one:
                kind(one)
        except OSError:
            cut_off[kind.__name__] += 1
            time.sleep(0.01)


if __name__ == "__main__":
    until = time.monotonic() + float(sys.argv[2])
    kinds = (stalls, trickles, talks_nonsense, promises_much, asks_and_never_reads, listens_and_never_reads, goes_away,
             asks_for_what_is_not_there)
    threads = [threading.Thread(target=again_and_again, args=(kind, sys.argv[1], until)) for kind in kinds for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(dict(cut_off))
