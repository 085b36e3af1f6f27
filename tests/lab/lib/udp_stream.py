#!/usr/bin/env python3
"""UDP datagrams with sequence numbers, and which of them arrived.

udp_stream.py send ADDRESS PORT RATE SECONDS
udp_stream.py receive ADDRESS PORT FILE   writes "received N lost N late N" to FILE after the sender's last datagram
"""
import socket
import struct
import sys
import time

LAST = 1 << 63  # with the number of datagrams, repeated so that one arrives
REPEATS = 20


def open_socket(address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.socket(family, socket.SOCK_DGRAM)


def send(address, port, rate, seconds):
    out = open_socket(address)
    start = time.monotonic()
    for number in range(int(rate * seconds)):
        pause = start + number / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        try:
            out.sendto(struct.pack(">Q", number), (address, port))
        except OSError:
            pass  # as good as lost
    for _ in range(REPEATS):
        time.sleep(0.1)
        out.sendto(struct.pack(">Q", LAST | int(rate * seconds)), (address, port))


def receive(address, port, path):
    inward = open_socket(address)
    inward.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    inward.bind((address, port))
    seen = set()
    late = 0
    highest = -1
    while True:
        (number,) = struct.unpack(">Q", inward.recv(64))
        if number & LAST:
            break
        seen.add(number)
        late += number < highest
        highest = max(highest, number)
    sent = number & ~LAST
    missing = [one for one in range(sent) if one not in seen]
    with open(path, "w", encoding="ascii") as report:
        report.write(f"received {len(seen)} lost {len(missing)} late {late}\n")
        report.write("".join(f"missing {one}\n" for one in missing[:1000]))


if __name__ == "__main__":
    if sys.argv[1] == "send":
        send(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), float(sys.argv[5]))
    else:
        receive(sys.argv[2], int(sys.argv[3]), sys.argv[4])
