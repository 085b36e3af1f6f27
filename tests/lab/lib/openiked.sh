# OpenIKED on a host: iked in the foreground, ikectl to speak to it, and the tunnel of tunnel.sh as iked.conf has it.
# shellcheck shell=bash
