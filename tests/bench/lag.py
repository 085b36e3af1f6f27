"""lag.py PORT SECONDS NAME: asks the daemon on this host for a cookie once a millisecond, which costs it next to nothing, and
tells after how long the answers come: {"NAME_p50_us": ..., "NAME_p999_us": ..., "NAME_max_us": ..., "NAME_lost": ...}.
A question is asked when its time has come, whether those before it are answered or not.
"""
import json
import os
import select
import socket
import struct
import sys
import time

INTERVAL = 0.001
PATIENCE = 2  # seconds that the last answers have


def payload(following, body):
    return struct.pack(">BxH", following, len(body) + 4) + body


def transform(last, kind, number, length=None):
    attribute = b"" if length is None else struct.pack(">HH", 0x800E, length)
    return struct.pack(">BxHBxH", 0 if last else 3, 8 + len(attribute), kind, number) + attribute


def question(spi):
    """IKE_SA_INIT of RFC 7296 1.2: AES-GCM-16-128, PRF HMAC-SHA2-256, Curve25519."""
    transforms = transform(False, 1, 20, 128) + transform(False, 2, 5) + transform(True, 4, 31)
    proposal = struct.pack(">BxHBBBB", 0, 8 + len(transforms), 1, 1, 0, 3) + transforms
    body = payload(34, proposal) + payload(40, struct.pack(">Hxx", 31) + os.urandom(32)) + payload(0, os.urandom(32))
    return struct.pack(">8s8sBBBBII", spi, bytes(8), 33, 0x20, 34, 0x08, 0, 28 + len(body)) + body


def percentile(values, part):
    return values[min(len(values) - 1, int(len(values) * part))]


def measure(port, count):
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    probe.connect(("127.0.0.1", port))
    probe.setblocking(False)
    sent, lags = {}, []
    start = time.perf_counter()
    number = 0
    while len(lags) < count and time.perf_counter() < start + count * INTERVAL + PATIENCE:
        due = start + number * INTERVAL
        wait = due - time.perf_counter() if number < count else PATIENCE
        if wait <= 0:
            spi = struct.pack(">Q", number + 1)
            sent[spi] = time.perf_counter()
            probe.send(question(spi))
            number += 1
        elif select.select([probe], [], [], wait)[0]:
            spi = probe.recv(2048)[:8]
            lags.append(time.perf_counter() - sent.pop(spi))
    return sorted(lags), count - len(lags)


lags, lost = measure(int(sys.argv[1]), int(float(sys.argv[2]) / INTERVAL))
name = sys.argv[3]
figures = {f"{name}_{shown}_us": round(percentile(lags, part) * 1e6) for shown, part in (("p50", 0.5), ("p999", 0.999), ("max", 1))}
print(json.dumps({**figures, f"{name}_lost": lost}))
