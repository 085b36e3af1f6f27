# Authenticating again under streams of 500 numbered datagrams a second in both directions: what moon sends arrives
# whole, nothing leaves in the clear, and in the end there is one of each.
#   reauth.sh PEER WHO [UNIQUE [ENGINES]]   PEER: 5.9, 6.0 (strongSwan) or xfrmd; UNIQUE: sun's, no where nothing is said;
#   ENGINES: moon's, 1 where nothing is said
#   WHO: moon (by its reauth_time), lifetime (moon, because the AUTH_LIFETIME of an xfrmd on sun says so), sun (which has
#   begun, and has the reauth_time) or responder (sun, although moon has begun, as strongSwan does)
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

peer=$1 who=$2 unique=${3:-no} engines=${4:-1}

conf() {
    local lines="unique = no"
    [[ $1 == moon ]] || lines="unique = $unique"
    case $who:$1 in
        moon:moon) lines+=$'\n reauth_time = 4s\n over_time = 60s\n rand_time = 0s' ;;
        lifetime:sun) lines+=$'\n reauth_time = 12s\n over_time = 60s\n rand_time = 0s' ;;
        sun:sun | responder:sun) lines+=$'\n reauth_time = 4s\n over_time = 60s\n rand_time = 0s' ;;
    esac
    tunnel_conf "$1" conn="$lines"
}
times_begun() { grep -cE 'IKE SA established' "$out/moon.log" || :; }

# A strongSwan that answers sends on the new SA before its answer has come, and loses what it sends in between. What is
# lost has to have met no SA.
expect_whole_to_bob() {
    end_streams
    tell "$(xfrm_errors moon)"
    [[ ${lost[bob]} -eq 0 ]] || fail "bob has lost ${lost[bob]}"
    [[ ${lost[alice]} -le $(without_sa moon) ]] || fail "alice has lost ${lost[alice]}"
}

gateways
STRONGSWAN_CONF_EXTRA='make_before_break = yes' start_sun "$peer" <<<"$(conf sun)"
XFRMD_FLAGS="--engines $engines" start_xfrmd moon <<<"$(conf moon)"
if [[ $who == sun ]]; then initiator=sun; else initiator=moon; fi
expect up "$initiator" net
expect_ping alice 10.2.0.10
before=$(numbers)
stream alice bob 10.2.0.10 500 25
stream bob alice 10.1.0.10 500 25
while streams_run; do sleep 0.5; done
count=$(($(times_begun) - 1))
tell "authenticated again $count times"
[[ $count -ge 2 ]] || fail "authenticated again $count times in 25 s"
if [[ $who != moon || $peer == xfrmd ]]; then expect_whole_streams; else expect_whole_to_bob; fi
if [[ $who == moon || $who == lifetime ]]; then
    [[ $(numbers) == "$before" ]] || fail "the numbers were $before and are $(numbers)"
    expect_log moon 'IKE SA reauthenticated'
fi
expect_one_of_each
expect_no_clear
pass
