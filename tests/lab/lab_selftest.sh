# The lab itself: two strongSwans, an older and a newer one, join two networks with a pre-shared key.
# If this fails, look at the lab before you look at xfrmd.
# shellcheck shell=bash

gateways

# conf LOCAL REMOTE LOCAL_NET REMOTE_NET
conf() {
    cat <<END
connections {
    gw {
        local_addrs = $1
        remote_addrs = $2
        version = 2
        proposals = aes128-sha256-x25519
        local { auth = psk }
        remote { auth = psk }
        children {
            net {
                local_ts = $3
                remote_ts = $4
                esp_proposals = aes128gcm16
            }
        }
    }
}
secrets {
    ike-peer { secret = "laboratory" }
}
END
}

start_strongswan moon 5.9 <<<"$(conf 192.0.2.1 192.0.2.2 10.1.0.0/24 10.2.0.0/24)"
start_strongswan sun 6.0 <<<"$(conf 192.0.2.2 192.0.2.1 10.2.0.0/24 10.1.0.0/24)"

expect up moon net
expect_ping alice 10.2.0.10
expect_ping bob 10.1.0.10
expect_no_clear
expect_log sun 'established CHILD_SA|CHILD_SA net.* established'

clear moon
expect_empty_kernel moon sun

# Without the tunnel the gateways forward in the clear, and the check for clear packets has to see it.
expect_ping alice 10.2.0.10
if (expect_no_clear >/dev/null); then fail "expect_no_clear does not see clear packets"; fi
pass
