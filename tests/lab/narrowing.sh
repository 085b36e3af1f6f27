# moon has in several children what its peer wants in one (RFC 7296 2.9): the peer gets what it names first, a packet's
# addresses, and is told that there is more.
#   narrowing.sh PEER   PEER: 5.9, 6.0 (strongSwan) or xfrmd
# shellcheck shell=bash

# bob's packet asks for the child; its answer comes from alice, who is in moon's second one.
wide_conf() { tunnel_conf sun remote_net=10.1.0.0/16 child='start_action = trap'; }
moon_conf() {
    cat <<END
connections {
    gw {
        version = 2
        local_addrs = 192.0.2.1
        remote_addrs = 192.0.2.2
        local {
            auth = psk
        }
        remote {
            auth = psk
        }
        children {
            nobody {
                local_ts = 10.1.7.0/24
                remote_ts = 10.2.0.0/24
            }
            alice {
                local_ts = 10.1.0.0/24
                remote_ts = 10.2.0.0/24
            }
        }
    }
}
secrets {
    ike-peer {
        secret = laboratory
    }
}
END
}

gateways
start_xfrmd moon <<<"$(moon_conf)"
start_peer "$1" sun <<<"$(wide_conf)"
expect_ping bob 10.1.0.10
[[ $(xfrmctl moon sa list --child) == *alice* ]] || fail "not the child with the packet's address: $(xfrmctl moon sa list)"
[[ $1 != xfrmd ]] || expect_log sun 'peer takes more of .* in a child of its own'
[[ $1 == xfrmd ]] || expect_log sun 'ADD_TS_POSS'
expect_ping alice 10.2.0.10
expect_no_clear
pass
