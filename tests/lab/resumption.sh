# An IKE SA that the wire has interrupted is resumed with its ticket (RFC 5723): nothing but nonces is exchanged before
# IKE_AUTH, and the gateway, which has noticed nothing, is left with one of each.
#   resumption.sh PEER CLIENT [restarted]   PEER: libreswan-5 or xfrmd, on sun; CLIENT: moon or sun. The other one is the
#   gateway; restarted: it is, meanwhile, and knows none of its tickets any more. libreswan as gateway takes the ticket, and
#   then not our AUTH (see lib/README.md): there, too, IKE_SA_INIT follows, and the operator's wish is granted.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

client=$2
if [[ $client == moon ]]; then gateway=sun; else gateway=moon; fi
export XFRMD_FLAGS='--retransmit-timeout 0.5 --retransmit-base 1 --retransmit-tries 4'

conf() {
    local lines='session_resumption = yes' peer=sun
    [[ $1 == moon ]] || peer=moon
    [[ $1 != "$client" ]] || lines+=$'\n dpd_delay = 1s'
    case $1:$who in
        sun:libreswan-*) peer_conf "$who" sun id=sun peer_id=moon conn='session-resumption=yes' ;;
        *) tunnel_conf "$1" id="$1" peer_id="$peer" conn="$lines" ;;
    esac
}
exchanges() { packets "udp port 500 and udp[26] = $1" | wc -l; }
has_none() { [[ $(count_at "$client" ike) -eq 0 ]]; }
# The client has given up, and the gateway has not heard of it.
interrupt() {
    if [[ ${daemon_kind[$client]} == libreswan ]]; then
        # It would delete what it means to resume, and so forfeit its ticket (RFC 5723 6.2).
        whack "$client" --impair send-no-delete
        whack "$client" --suspend --name net
        whack "$client" --no-impair send-no-delete
    else
        impair moon sun loss=100%
        impair sun moon loss=100%
        eventually 20 has_none || fail "$client does not give up: $(counts)"
        impair moon sun
        impair sun moon
    fi
    tell "$client has lost its IKE SA"
}

who=$1
gateways
start_sun "$who" <<<"$(conf sun)"
start_xfrmd moon <<<"$(conf moon)"
expect up "$client" net
expect_ping alice 10.2.0.10
for round in 1 2; do
    interrupt
    [[ ${3:-} != restarted || $round == 2 ]] || restart "$gateway"
    inits=$(exchanges 34) resumptions=$(exchanges 38)
    expect up "$client" net
    expect_ping alice 10.2.0.10
    expect_ping bob 10.1.0.10
    [[ $(exchanges 38) -gt $resumptions ]] || fail "round $round: no IKE_SESSION_RESUME"
    if [[ ${3:-} == restarted && $round == 1 || ${daemon_kind[$gateway]} == libreswan ]]; then
        [[ $(exchanges 34) -gt $inits ]] || fail 'no IKE_SA_INIT although the ticket is refused'
    else
        [[ $(exchanges 34) -eq $inits ]] || fail "round $round: IKE_SA_INIT although there is a ticket"
        expect_log moon 'IKE SA resumed with sun'
    fi
    expect_settled
done
expect_no_clear
clear "$client"
expect_empty_kernel moon sun
pass
