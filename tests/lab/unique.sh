# unique: what becomes of the IKE SA of one peer when another one with the same identity comes, or the same one again, to
# one engine or another. sun is both, at two addresses.
#   unique.sh PEER no|never|keep|replace [ENGINES]   PEER: 5.9 or 6.0 (strongSwan); ENGINES: of moon, 1 where nothing is said
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"

unique=$2

sun_conf() {
    local name address
    echo 'connections {'
    for name in one two; do
        if [[ $name == one ]]; then address=192.0.2.2; else address=192.0.2.3; fi
        cat <<END
    $name {
        version = 2
        mobike = no
        unique = never
        local_addrs = $address
        remote_addrs = 192.0.2.1
        local {
            auth = psk
            id = branch.example
        }
        remote {
            auth = psk
            id = moon.example
        }
        children {
            net-$name {
                local_ts = $address/32
                remote_ts = 10.1.0.0/24
            }
        }
    }
END
    done
    echo '}'
    secrets
}
moon_conf() {
    cat <<END
connections {
    branches {
        version = 2
        unique = $unique
        local_addrs = 192.0.2.1
        local {
            auth = psk
            id = moon.example
        }
        remote {
            auth = psk
            id = branch.example
        }
        children {
            net {
                local_ts = 10.1.0.0/24
            }
        }
    }
}
END
    secrets
}
secrets() { printf 'secrets {\n    ike-all {\n        secret = "laboratory"\n    }\n}\n'; }

# stand AT_MOON: so many IKE SAs, soon.
stand() {
    eventually 15 has_established "$1" || fail "moon has $(count_at moon ike) IKE SAs, not $1: $(xfrmctl moon sa list)"
    tell "moon has $1"
}
has_established() { [[ $(count_at moon ike) -eq $1 ]]; }

gateways
ip -n sun addr add 192.0.2.3/24 dev moon
XFRMD_FLAGS="--engines ${3:-1}" start_xfrmd moon <<<"$(moon_conf)"
start_strongswan sun "$1" <<<"$(sun_conf)"
# Ports tell the engines apart, and sun's are always the same: the addresses do, or do not.
expect up sun net-one
stand 1
case $unique in
    no | never)
        expect up sun net-two
        stand 2
        expect pings moon 192.0.2.2 2
        ;;
    keep)
        expect_not up sun net-two
        expect_log moon 'another IKE SA with this peer counts'
        stand 1
        ;;
    replace)
        expect up sun net-two
        stand 1
        expect_log sun 'deleting IKE_SA one'
        ;;
esac
# A restarted one says that it knows of no other (without `unique = never`).
crash sun
sed -i '/unique/d' /run/sun/swanctl/swanctl.conf
restart sun
expect up sun net-two
if [[ $unique == never ]]; then stand 3; else stand 1; fi
clear moon
expect_empty_kernel moon
pass
