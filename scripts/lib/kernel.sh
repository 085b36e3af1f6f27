# The lab's kernel: Debian's user-mode Linux.
# shellcheck shell=bash

kernels_ready() { [[ -x /usr/bin/linux.uml ]]; }
prepare_kernels() { :; }

kernel_path() { printf '/usr/bin/linux.uml\n'; }
kernel_available() { [[ -x $(kernel_path "$1") ]]; }
