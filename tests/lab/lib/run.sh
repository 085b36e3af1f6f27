# Runs one scenario in the guest: run.sh SCENARIO [ARGUMENT...]. It counts as passed only if it reached "pass" and
# nothing that it started misbehaved.
# shellcheck shell=bash
set -euo pipefail

out=/run/out
lib=$lab_project/tests/lab/lib
# shellcheck source=tests/lab/lib/network.sh
source "$lib/network.sh"
# shellcheck source=tests/lab/lib/daemons.sh
source "$lib/daemons.sh"
# shellcheck source=tests/lab/lib/libreswan.sh
source "$lib/libreswan.sh"
# shellcheck source=tests/lab/lib/openiked.sh
source "$lib/openiked.sh"
# shellcheck source=tests/lab/lib/expect.sh
source "$lib/expect.sh"
# shellcheck source=tests/lab/lib/load.sh
source "$lib/load.sh"
# shellcheck source=tests/lab/lib/tunnel.sh
source "$lib/tunnel.sh"

finish() {
    local status=$?
    trap - EXIT
    set +e
    [[ $status -eq 0 && -z $passed ]] && tell "the scenario ended without reaching \"pass\"" && status=1
    dump_kernels
    stop_everything || status=1
    check_logs || status=1
    if [[ $status -eq 0 ]]; then echo pass; else echo fail; fi >"$out/result"
}

passed=
trap finish EXIT
# A command that fails outside of any expectation ends the scenario too ("set -e"), and should say where.
set -E
trap 'tell "FAILED: line $LINENO of ${BASH_SOURCE[0]##*/}: $BASH_COMMAND"' ERR
scenario=$1
shift
# shellcheck source=/dev/null
source "$scenario"
