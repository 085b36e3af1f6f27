# Hosts (network namespaces), links between them (veth pairs) and captures.
# shellcheck shell=bash

hosts=()
declare -A capture_pid=()

# tell TEXT...: one line of the scenario's story, with the guest's age in seconds.
tell() { printf '%6.2f  %s\n' "$(cut -d' ' -f1 /proc/uptime)" "$*"; }

# host NAME...: hosts without any link yet. /run/NAME holds what the host's daemon needs.
host() {
    local name
    for name in "$@"; do
        ip netns add "$name"
        ip -n "$name" link set lo up
        mkdir -p "/run/$name"
        hosts+=("$name")
    done
}

# on HOST COMMAND...: runs the command there. Only the network is another; the files are the guest's.
on() {
    local name=$1
    shift
    nsenter --net="/run/netns/$name" -- "$@"
}

# link A ADDRESSES B ADDRESSES [delay=10ms] [loss=20%] [mtu=1400] ...: joins two hosts. An interface carries the name
# of the host at its other end. ADDRESSES: one or more, comma-separated, each with its prefix length. mtu=... is the
# links' MTU; every other option goes to netem, in both directions.
link() {
    ip link add "$3" netns "$1" type veth peer name "$1" netns "$3"
    address_ends "$@"
}

# wire NAME A ADDRESSES B ADDRESSES [OPTION...]: a link with a bridge in its middle, where everything is captured as
# NAME.pcap. Capturing at an end would not do: there, a decrypted packet shows up a second time, in the clear.
wire() {
    local name=$1 a=$2 b=$4
    host "$name"
    on "$name" sh -c 'echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
    ip link add "$b" netns "$a" type veth peer name "$a" netns "$name"
    ip link add "$a" netns "$b" type veth peer name "$b" netns "$name"
    ip -n "$name" -batch - <<END
link add bridge type bridge
link set $a master bridge up
link set $b master bridge up
link set bridge up
END
    capture "$name" bridge "$name"
    address_ends "${@:2}"
}

address_ends() {
    local a=$1 addresses_a=$2 b=$3 addresses_b=$4
    shift 4
    interface_commands "$b" "$addresses_a" "$@" | ip -n "$a" -batch -
    interface_commands "$a" "$addresses_b" "$@" | ip -n "$b" -batch -
    [[ $# -eq 0 ]] || {
        impair "$a" "$b" "$@"
        impair "$b" "$a" "$@"
    }
}

interface_commands() {
    local interface=$1 address option
    local -a list
    IFS=, read -ra list <<<"$2"
    for address in "${list[@]}"; do
        # nodad: an address that is still being checked for duplicates cannot be used for a second.
        if [[ $address == *:* ]]; then address+=" nodad"; fi
        echo "addr add dev $interface $address"
    done
    for option in "${@:3}"; do
        [[ $option != mtu=* ]] || echo "link set $interface mtu ${option#mtu=}"
    done
    echo "link set $interface up"
}

# impair HOST INTERFACE OPTION...: what the host sends there is delayed, lost, ... from now on; no option: no longer.
impair() {
    local name=$1 interface=$2 option
    local -a netem=()
    shift 2
    for option in "$@"; do
        [[ $option == mtu=* ]] || netem+=("${option%%=*}" "${option#*=}")
    done
    if [[ ${#netem[@]} -eq 0 ]]; then
        on "$name" tc qdisc del dev "$interface" root 2>/dev/null || :
    else
        on "$name" tc qdisc replace dev "$interface" root netem "${netem[@]}"
    fi
}

# route HOST NET via GATEWAY
route() { ip -n "$1" route add "${@:2}"; }

# router HOST...: these forward packets.
router() {
    local name
    for name in "$@"; do
        on "$name" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
    done
}

# gateways [OPTION...]: the usual topology. alice and bob sit behind the gateways moon and sun; the wire between the
# gateways is captured as outer.pcap. The options (see link) apply to that wire.
#
#   alice .10 -- 10.1.0.0/24 -- .1 moon .1 == 192.0.2.0/24 == .2 sun .1 -- 10.2.0.0/24 -- .10 bob
#   alice ::10 -- fd01::/64 -- ::1 moon ::1 == 2001:db8::/64 == ::2 sun ::1 -- fd02::/64 -- ::10 bob
gateways() {
    host alice moon sun bob
    link alice 10.1.0.10/24,fd01::10/64 moon 10.1.0.1/24,fd01::1/64
    wire outer moon 192.0.2.1/24,2001:db8::1/64 sun 192.0.2.2/24,2001:db8::2/64 "$@"
    link sun 10.2.0.1/24,fd02::1/64 bob 10.2.0.10/24,fd02::10/64
    router moon sun
    default_routes alice 10.1.0.1 fd01::1
    default_routes moon 192.0.2.2 2001:db8::2
    default_routes sun 192.0.2.1 2001:db8::1
    default_routes bob 10.2.0.1 fd02::1
}

default_routes() { printf 'route add default via %s\n' "$2" "$3" | ip -n "$1" -batch -; }

# capture HOST INTERFACE NAME: everything on that interface goes to NAME.pcap, from now until the scenario's end.
capture() {
    local name=$1 interface=$2 file=$out/$3.pcap
    # Written through the shell: tcpdump itself would want to give the file to another user. Thousands of packets have
    # room to wait, of the most that Ethernet has, so that it misses none on a busy machine.
    on "$name" tcpdump -Z root -B 16384 -U --immediate-mode -n -s 2048 -i "$interface" -w - >"$file" 2>"/run/$3.err" &
    # shellcheck disable=SC2034  # read by daemons.sh
    capture_pid[$3]=$!
    eventually 5 grep -qs 'listening on' "/run/$3.err" || fail "tcpdump does not start: $(<"/run/$3.err")"
}

# eventually SECONDS COMMAND...: true as soon as the command succeeds, false if it never does in that time.
eventually() {
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        [[ $SECONDS -le $until ]] || return 1
        sleep 0.05
    done
}
