# reload PEER [swanctl]: the configuration is read again while children stand: what is as it was goes on without losing a packet; of
# what has changed or gone only what was begun by start_action = start is closed, as charon does (measured with 6.0.1). It is read
# from its file (SIGHUP), or loaded by swanctl.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"

# child NAME NUMBER HOST SETTINGS
child() {
    local ours=1 theirs=2
    [[ $3 == moon ]] || ours=2 theirs=1
    cat <<END
                $1 {
                    local_ts = 10.$ours.$2.0/24
                    remote_ts = 10.$theirs.$2.0/24
                    esp_proposals = aes128gcm16
                    $4
                }
END
}

# conf HOST SETTINGS CHILDREN
conf() {
    local local_addr=192.0.2.1 remote_addr=192.0.2.2
    [[ $1 == moon ]] || local_addr=192.0.2.2 remote_addr=192.0.2.1
    cat <<END
connections {
    gw {
        version = 2
        local_addrs = $local_addr
        remote_addrs = $remote_addr
        $2
        local {
            auth = psk
        }
        remote {
            auth = psk
        }
        children {
$3
        }
    }
}
secrets {
    ike-all {
        secret = "as it was"
    }
}
END
}
all_of_sun() { for number in 0 1 2 3 4; do child "c$number" "$number" sun ''; done; }

# moon's children and its IKE SAs by their numbers: what has another number is another one.
numbers() {
    xfrmctl moon sa list --json | python3 -c '
import json, sys
for sa in json.load(sys.stdin)["items"]:
    print("ike:" + sa["id"], *(child["child"] + ":" + child["id"] for child in sa["child_sas"]), end=" ")'
}
stands_as() { [[ " $(numbers) " == *" $1 "* ]]; }
stands_anew() { [[ $(numbers) =~ (^| )$1: ]] && ! stands_as "$2"; }
is_gone() { [[ ! $(numbers) =~ (^| )$1: ]]; }
number_of() { numbers | tr ' ' '\n' | grep "^$1:"; }
has() { number_of "$1" >/dev/null; }

# load WHAT [SETTINGS CHILDREN]: moon's configuration; nothing but WHAT: an empty one.
load() {
    tell "moon reads: $1"
    [[ $# -eq 1 ]] || conf moon "$2" "$3" >/run/moon.conf
    [[ $# -ne 1 ]] || : >/run/moon.conf
    "by_$way"
}
by_file() { change_conf moon </run/moon.conf; }
by_swanctl() {
    cp /run/moon.conf /run/moon/swanctl/swanctl.conf
    swanctl moon --load-all >"$out/load.log" 2>&1 || fail "$(<"$out/load.log")"
}
start_file() { start_xfrmd moon </run/moon.conf; }
start_swanctl() {
    mkdir -p /run/moon/swanctl/{x509{,ca,ocsp,aa,ac,crl},pubkey,private,rsa,ecdsa,bliss,pkcs8,pkcs12}
    strongswan_conf >/run/moon/strongswan.conf
    start_xfrmd moon <<<''
    enter_peer moon strongswan-6.0
    by_swanctl
}
expect_kept() {
    local one
    for one in "$@"; do stands_as "$one" || fail "$one was not left alone: $(numbers)"; done
}
expect_anew() { eventually 10 stands_anew "$1" "$2" || fail "$1 was not begun again: $(numbers)"; }
expect_gone() { eventually 10 is_gone "$1" || fail "$1 was not closed: $(numbers)"; }

begun='start_action = start' trapped='start_action = trap' shorter=$'\nrekey_time = 30m'
gateways
start_strongswan sun "$1" <<<"$(conf sun '' "$(for i in 0 1 2 3 4; do child "c$i" "$i" sun ''; done)")"
c0=$(child c0 0 moon '') c1=$(child c1 1 moon "$begun") c2=$(child c2 2 moon '') c3=$(child c3 3 moon "$trapped")
way=${2:-file}
conf moon '' "$c0$c1$c2$c3" >/run/moon.conf
"start_$way"
eventually 10 has c1 || fail "c1 has not started"
for one in c0 c2 c3; do expect up moon "$one"; done
expect_ping alice 10.2.0.10
first=$(number_of c1)
read -ra others <<<"$(number_of c0) $(number_of c2) $(number_of c3) $(number_of ike)"

stream alice bob 10.2.0.10 200 25
stream bob alice 10.1.0.10 200 25
load 'nothing new' '' "$c0$c1$c2$c3"
expect_kept "$first" "${others[@]}"
load 'a child that was not started, and one with a trap, are changed' '' "$c0$c1$(child c2 2 moon "$shorter")$(child c3 3 moon "$trapped$shorter")"
expect_kept "$first" "${others[@]}"
load 'a child that was started is changed' '' "$c0$(child c1 1 moon "$begun$shorter")$c2$c3"
expect_anew c1 "$first"
expect_kept "${others[@]}"
second=$(number_of c1)
load 'children are removed, one is new' '' "$c0$(child c1 1 moon "$begun$shorter")$(child c4 4 moon "$begun")"
eventually 10 has c4 || fail "c4 has not started"
expect_kept "$second" "${others[@]}"
load 'what was started is removed' '' "$c0$(child c4 4 moon "$begun")"
expect_gone c1
expect_kept "${others[@]}"
fourth=$(number_of c4)
load 'the connection is another one' 'dpd_delay = 100s' "$c0$(child c4 4 moon "$begun")"
expect_anew c4 "$fourth"
expect_kept "${others[@]}"
[[ $(number_of ike | wc -l) -eq 2 ]] || fail "the new connection has not an IKE SA of its own: $(numbers)"
load 'it starts nothing any more' 'dpd_delay = 100s' "$c0$(child c4 4 moon '')"
expect_gone c4
expect_kept "${others[@]}"
[[ $(number_of ike | wc -l) -eq 1 ]] || fail "an IKE SA without a child was left: $(numbers)"
load 'no connection'
expect_kept "${others[@]}"
expect xfrmctl moon sa rekey "$(number_of ike | cut -d: -f2)"
expect_whole_streams
expect_no_clear
clear moon
expect_empty_kernel moon sun
pass
