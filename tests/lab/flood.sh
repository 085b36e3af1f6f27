# A flood of IKE_SA_INIT requests and garbage from random addresses, as fast as this machine sends: real handshakes go
# through, a tunnel that stands is rekeyed, and memory stays what it was.
#   flood.sh SECONDS
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/flooding.sh
source "$lib/flooding.sh"

info() { xfrmctl far system info; }
has_half_open() { info | grep -q " $1 half-open"; }

flood_hosts
# Few, so that the flood needs no time to reach it.
XFRMD_FLAGS='--cookie-threshold 50 --half-open-timeout 5' start_xfrmd far <<<"$(far_conf)"
start_xfrmd office <<<"$(office_conf)"
expect up office net
visit 8 8
[[ $(arrived) -eq 8 ]] || fail "only $(arrived) of 8 handshakes without a flood"
before=$(memory_of far)
rekeyed=$(rekeyings | wc -l)
watch_memory far
start_flood "$1" --garbage 20
sleep 1
visit 20 5
tell "$(arrived 3) of 20 handshakes within 3 s, $(arrived) within 10 s, median $(percentile 50) ms"
wait "$flood"
peak far
tell "$(flood_rate) datagrams a second, $(udp_of far RcvbufErrors) found no room; memory $before, at most $peak KiB"
tell "$(info | grep reasons)"
# Not a figure: sender, gateway and peers share one processor with whatever else the machine does.
[[ $(arrived) -ge 14 ]] || fail "only $(arrived) of 20 handshakes"
[[ $((peak - before)) -le 16384 ]] || fail "memory grew from $before to $peak KiB"
[[ $(rekeyings | wc -l) -gt $rekeyed ]] || fail "the tunnel was not rekeyed"
info | grep -q 'cookie_required [1-9]' || fail "no cookie was asked for"
eventually 10 has_half_open 0 || fail "half-open IKE SAs stayed"
[[ $(lines_of far) -le 400 ]] || fail "$(lines_of far) lines in the log"
pass
