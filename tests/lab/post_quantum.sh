# Additional key exchanges and ML-KEM (RFC 9242, RFC 9370, draft-ietf-ipsecme-ikev2-mlkem): negotiated, told, and then
# both SAs rekeyed from both sides under streams of 500 numbered datagrams a second. No datagram is lost or leaves in the
# clear.
#   post_quantum.sh PEER INITIATOR IKE ESP LIST   PEER: 6.0 (strongSwan) or xfrmd; INITIATOR: moon or sun; IKE, ESP: their
#   proposals; LIST: the IKE SA's key exchanges, as moon names them
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"
# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

peer=$1 initiator=$2 ike=$3 esp=$4 list=$5

# told FILTER: what moon's API says of the one IKE SA there is.
told() { xfrmctl moon sa list --json | jq -r ".items[0] | $1"; }
expect_told() {
    [[ $(told '.key_exchanges | join(" ")') == "$list" ]] || fail "key exchanges: $(told '.key_exchanges')"
    [[ $(told '.quantum_resistant') == true ]] || fail "the IKE SA is not told to be quantum-resistant"
    [[ $(told '[.child_sas[].quantum_resistant] | all') == true ]] || fail "a child SA is not"
}

gateways
XFRMD_FLAGS=--debug start_pair "$peer" ike="$ike" esp="$esp"
expect up "$initiator" net
expect_tunnel
expect_told
xfrmctl moon sa list | grep -q 'quantum-resistant' || fail "sa list does not say so"
numbers=$(numbers)
stream alice bob 10.2.0.10 500 14
stream bob alice 10.1.0.10 500 14
for who in moon sun moon sun; do
    for kind in child ike; do
        before=$(times_rekeyed "$kind")
        expect rekey "$who" "$kind"
        rekeyed() { [[ $(times_rekeyed "$kind") -gt $before ]]; }
        eventually 5 rekeyed || fail "$who has not rekeyed the $kind SA"
        expect_numbers "$numbers"
        sleep 1
    done
done
streams_run || fail "the streams ended before the last rekeying"
expect_whole_streams
expect_one_of_each
expect_told
[[ $esp != *-ke1_* ]] || told '.child_sas[0].key_exchanges | length' | grep -qx '[2-8]' ||
    fail "the child SA has key exchanges of its own: $(told '.child_sas[0].key_exchanges')"
expect_only_newest_in_kernels
clear "$initiator"
expect_empty_kernel moon sun
pass
