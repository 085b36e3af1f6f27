# IKE SAs without a first child (RFC 6023): the child comes in an exchange of its own, or with IKE_AUTH, or the two
# cannot agree.
#   childless.sh PEER INITIATOR WISH ANSWER later|at_once|refused
#   PEER: 5.9, 6.0 (strongSwan) or xfrmd; INITIATOR: moon or sun; WISH, ANSWER: childless of initiator and responder; these
#   strongSwans do not know prefer
# shellcheck shell=bash

# Why no IKE SA came about, as the one with childless = force says.
declare -A reasons=(
    [xfrmd]='and childless is force'
    [strongswan]='peer (does not support|did not initiate a) childless IKE_SA'
)
initiator=$2 moon=$3 sun=$4
[[ $initiator == moon ]] || moon=$4 sun=$3
gateways
SUN_CONF="conn=childless=$sun" start_pair "$1" "conn=childless=$moon"
if [[ $5 == refused ]]; then
    expect_not up "$initiator" net
    if [[ $moon == force ]]; then insists=moon; else insists=sun; fi
    expect_log "$insists" "${reasons[${daemon_kind[$insists]}]}"
    [[ $(sas) -eq 0 ]] || fail "moon has $(sas) SAs"
else
    expect up "$initiator" net
    expect_tunnel
    # strongSwan initiates on port 4500, where there is a marker.
    exchange='(udp port 500 and udp[26] = 36) or (udp port 4500 and udp[8:4] = 0 and udp[30] = 36)'
    count=$(packets "$exchange" | wc -l)
    tell "$count CREATE_CHILD_SA messages"
    wanted=0
    [[ $5 == at_once ]] || wanted=2
    [[ $count -eq $wanted ]] || fail "they should be $wanted"
fi
pass
