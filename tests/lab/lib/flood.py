#!/usr/bin/env python3
"""Flows, as many as there is time for: each datagram goes to another address and port of the networks.

flood.py SECONDS NETWORK...   prints how many were sent
"""
import ipaddress
import socket
import sys
import time

FEW = 256  # datagrams between two looks at the clock
PORTS = range(1024, 65536)


def flood(seconds, networks):
    families = {4: socket.AF_INET, 6: socket.AF_INET6}
    out = {version: socket.socket(family, socket.SOCK_DGRAM) for version, family in families.items()}
    sent = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for _ in range(FEW):
            network = networks[sent % len(networks)]
            turn = sent // len(networks)
            address = network[turn % network.num_addresses]
            try:
                out[address.version].sendto(b"flow", (str(address), PORTS[turn % len(PORTS)]))
            except OSError:
                pass  # as good as lost
            sent += 1
    return sent


if __name__ == "__main__":
    print(flood(float(sys.argv[1]), [ipaddress.ip_network(text) for text in sys.argv[2:]]))
