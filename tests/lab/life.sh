# The life of children and IKE SAs: a second child with a key exchange of its own, deletions from both ends, reloads, a
# second daemon, and an end that leaves nothing behind.
#   life.sh PEER
# shellcheck shell=bash

# conf HOST: "gw" with two children, the second one with PFS.
conf() {
    tunnel_conf "$1" ike=aes128-sha256-x25519 esp=aes128gcm16 | awk -v host="$1" '
        { print }
        /children \{/ {
            print "pfs {"
            print (host == "moon") ? "local_ts = 10.1.0.0/24[6]" : "local_ts = 10.2.0.0/24[6]"
            print (host == "moon") ? "remote_ts = 10.2.0.0/24[6]" : "remote_ts = 10.1.0.0/24[6]"
            print "esp_proposals = aes256gcm16-ecp256"
            print "}"
        }'
}
children() { [[ $(on "$1" ip xfrm state | grep -c '^src') -eq $(($2 * 2)) ]]; }

gateways
start_strongswan sun "$1" <<<"$(conf sun)"
start_xfrmd moon <<<"$(conf moon)"

# The same IKE SA serves both children, whoever asks for the second.
expect up moon net
expect up moon pfs
expect children moon 2
expect_tunnel
swanctl sun --terminate --child pfs
eventually 5 children moon 1 || fail "the peer's deletion of a child was not followed"
expect up sun pfs
eventually 5 children moon 2 || fail "the peer's child was not installed"
xfrmctl moon sa clear gw --child -y
eventually 5 children sun 0 || fail "our deletions of children were not followed"
[[ $(swanctl sun --list-sas | grep -c ESTABLISHED) -eq 1 ]] || fail "the IKE SA did not outlive its children"

# Unchanged, it lives on; changed, it does as well, until it is cleared: nothing has started it.
expect up moon net
change_conf moon <<<"$(conf moon)"
expect_ping alice 10.2.0.10
change moon psk=other ike=aes128-sha256-ecp256
expect_ping alice 10.2.0.10
clear moon
expect_empty_kernel moon sun
configure moon <<<'connections { gw { auht = psk } }'
expect_log moon 'everything stays as it is'

# The same socket serves one daemon only.
expect_not on moon timeout 5 "$lab_build/daemon/xfrmd" --config /run/moon/swanctl.conf --foreground --socket /run/moon/api.sock

change_conf moon <<<"$(conf moon)"
expect up sun net
expect_tunnel
stop moon
expect_empty_kernel moon sun
pass
