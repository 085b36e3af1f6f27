# Several pre-shared keys: one chosen by identities, one by addresses, others for somebody else.
#   several_keys.sh PEER INITIATOR
# shellcheck shell=bash

# conf ID PEER_ID ADDRESS PEER_ADDRESS NET PEER_NET
conf() {
    cat <<END
connections {
    named {
        version = 2
        local_addrs = $3
        remote_addrs = $4
        local {
            auth = psk
            id = $1
        }
        remote {
            auth = psk
            id = $2
        }
        children {
            net {
                local_ts = $5
                remote_ts = $6
            }
        }
    }
    addressed {
        version = 2
        local_addrs = $3
        remote_addrs = $4
        local {
            auth = psk
            id = $3
        }
        remote {
            auth = psk
            id = $4
        }
        children {
            host {
            }
        }
    }
}
secrets {
    ike-other {
        id-1 = carol.example
        secret = "for carol"
    }
    ike-named {
        id-1 = moon.example
        id-2 = sun.example
        secret = "by name"
    }
    ike-addressed {
        id-1 = 192.0.2.1
        id-2 = 192.0.2.2
        secret = 0x62792061646472657373
    }
}
END
}

gateways
start_strongswan sun "$1" <<<"$(conf sun.example moon.example 192.0.2.2 192.0.2.1 10.2.0.0/24 10.1.0.0/24)"
start_xfrmd moon <<<"$(conf moon.example sun.example 192.0.2.1 192.0.2.2 10.1.0.0/24 10.2.0.0/24)"
expect up "$2" net
expect up "$2" host
expect_log moon 'named\[[0-9]+\]: IKE SA established with sun.example'
expect_log moon 'addressed\[[0-9]+\]: IKE SA established with 192.0.2.2'
expect_ping alice 10.2.0.10
expect_ping moon 192.0.2.2
expect_no_clear
clear "$2"
expect_empty_kernel moon sun
pass
