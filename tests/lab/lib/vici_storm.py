#!/usr/bin/env python3
"""Clients of vici as nobody wants them.

vici_storm.py SOCKET SECONDS   says how often each was cut off or refused
"""
import os
import random
import socket
import struct
import time

from storm import main
from vici_frames import VERSION, packet
from vici import REGISTER, REQUEST, encode


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


if __name__ == "__main__":
    main((stalls, trickles, talks_nonsense, promises_much, asks_and_never_reads, listens_and_never_reads, goes_away,
          asks_for_what_is_not_there))
