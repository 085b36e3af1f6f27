#!/usr/bin/env python3
"""Gives the sockets on which a process hears of XFRM's changes room for a few notices only.

small_sockets.py PID
"""
import ctypes
import os
import socket
import sys

NETLINK_XFRM = 6
SYS_PIDFD_GETFD = 438


def sockets_of(pid):
    syscall = ctypes.CDLL(None, use_errno=True).syscall
    process = os.pidfd_open(pid)
    for name in os.listdir(f"/proc/{pid}/fd"):
        copy = syscall(SYS_PIDFD_GETFD, process, int(name), 0)
        if copy < 0:
            continue
        try:
            yield socket.socket(fileno=copy)
        except OSError:
            os.close(copy)  # no socket


def listens_to_xfrm(one):
    if one.family != socket.AF_NETLINK or one.getsockopt(socket.SOL_SOCKET, socket.SO_PROTOCOL) != NETLINK_XFRM:
        return False
    return one.getsockname()[1] != 0  # the groups


if __name__ == "__main__":
    count = 0
    for one in sockets_of(int(sys.argv[1])):
        if listens_to_xfrm(one):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            count += 1
    sys.exit(0 if count > 0 else "no socket hears of XFRM's changes")
