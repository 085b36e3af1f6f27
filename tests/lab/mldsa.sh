# Gateways that prove who they are with ML-DSA (draft-ietf-ipsecme-ikev2-pqc-auth), each with a certificate of a CA of its
# own below a root that both know; keys, certificates and CAs are all of one kind, made by `xfrmctl pki`. No packaged peer
# has ML-DSA in IKE yet, so xfrmd meets itself. Without the switch the same configuration is refused.
#   mldsa.sh INITIATOR KIND [SIZE]   KIND: mldsa44, mldsa65 or mldsa87; SIZE: of the IP packets that IKE messages are cut
#   into, over a link that carries no larger ones
# shellcheck shell=bash

initiator=$1 kind=$2 size=${3:-1280}
ca=/run/ca
draft='draft-ietf-ipsecme-ikev2-pqc-auth'

pki() { "$lab_build/cli/xfrmctl" pki "$@" >/run/pki.log 2>&1 || fail "pki $*: $(</run/pki.log)"; }

# make_gateway HOST: its CA, which no other host has, and what is of that.
make_gateway() {
    pki ca "ca-$1" --kind "$kind" --ca root --out "$ca"
    pki gateway "$1" --kind "$kind" --san "$1.lab.example" --ca "$ca/x509ca/ca-$1.pem" --out "/run/$1"
    tell "$1's certificate has $(wc -c <"/run/$1/x509/$1.pem") bytes in PEM"
}

# conf HOST OTHER. IKE_SA_INIT never goes in fragments, so it is a short one.
conf() {
    tunnel_conf "$1" ike=aes128-sha256-x25519 auth="$kind" id="$1.lab.example" peer_id="$2.lab.example" local_lines="certs = $1.pem" \
        remote_lines='cacerts = root.pem'
}

check() { "$lab_build/daemon/xfrmd" --check --config /run/moon/swanctl.conf "$@" >/run/check.log 2>&1; }

gateways
pki ca root --kind "$kind" --out "$ca"
make_gateway moon
make_gateway sun
conf moon sun >/run/moon/swanctl.conf
expect check --experimental "$draft"
expect_not check
grep -q "connections.gw.local.auth: ML-DSA-.. is an experiment: xfrmd takes it with --experimental $draft" /run/check.log ||
    fail "the refusal does not say how to switch it on: $(</run/check.log)"
if [[ $size -lt 1280 ]]; then
    on moon ip link set sun mtu 600
    on sun ip link set moon mtu 600
fi
for host in moon sun; do
    other=sun
    [[ $host == moon ]] || other=moon
    XFRMD_FLAGS="--experimental $draft --fragment-size $size" start_xfrmd "$host" <<<"$(conf "$host" "$other")"
done
expect up "$initiator" net
expect_ping alice 10.2.0.10
skf='((udp port 500 and udp[24] = 53) or (udp port 4500 and udp[8:4] = 0 and udp[28] = 53))'
for source in 192.0.2.1 192.0.2.2; do
    count=$(packets "src host $source and $skf" | wc -l)
    tell "$source sent $count fragments"
    [[ $count -ge 6 ]] || fail "$source sent $count fragments"
done
[[ $(packets 'ip[6:2] & 0x3fff != 0' | wc -l) -eq 0 ]] || fail "IP fragments on the link"
expect_no_clear
clear "$initiator"
expect_empty_kernel moon sun
pass
