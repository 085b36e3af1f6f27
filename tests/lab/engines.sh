# Several engines share the ports: datagrams find the engine that has the SA, whichever socket they come to.
#   engines.sh PEER
# shellcheck shell=bash

gateways
XFRMD_FLAGS='--engines 4' start_pair "$1"
for initiator in moon sun moon sun; do
    expect up "$initiator" net
    expect_ping alice 10.2.0.10
    [[ $(xfrmctl moon --json sa list | grep -c '"established"') -eq 1 ]] || fail "the SA is not listed once"
    if [[ $initiator == moon ]]; then clear sun; else clear moon; fi
    expect_empty_kernel moon sun
done
expect_no_clear
expect up sun net
stop moon
expect_empty_kernel moon sun
pass
