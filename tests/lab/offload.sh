# hw_offload, with moon's and sun's outer interfaces on a NIC that offloads (netdevsim: crypto, and no packet offload), or
# on one that does not (veth). What was obtained is told by the kernel, by the NIC and by xfrmctl alike. netdevsim's
# cryptography is none, so that only IKE and what the NIC was handed can be looked at.
#   offload.sh PEER crypto|refused|packet|auto|fallback|reset   PEER: 5.9 or 6.0 (strongSwan)
# shellcheck shell=bash

# new_nic HOST ID ADDRESS: netdevsim ID becomes the host's interface "nic".
new_nic() {
    local device
    echo "$2 1" >/sys/bus/netdevsim/new_device
    eventually 5 test -d "/sys/bus/netdevsim/devices/netdevsim$2/net" || fail "there is no netdevsim$2"
    device=$(ls "/sys/bus/netdevsim/devices/netdevsim$2/net")
    ip link set "$device" netns "$1" name nic
    ip -n "$1" addr add dev nic "$3"
    ip -n "$1" link set nic up
}

# nics: alice -- moon == sun, joined by two linked netdevsims.
nics() {
    local moon_fd sun_fd
    mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
    host alice moon sun
    link alice 10.1.0.10/24 moon 10.1.0.1/24
    new_nic moon 10 192.0.2.1/24
    new_nic sun 11 192.0.2.2/24
    exec {moon_fd}</run/netns/moon {sun_fd}</run/netns/sun
    echo "$moon_fd:$(index_of moon) $sun_fd:$(index_of sun)" >/sys/bus/netdevsim/link_device
    ip -n sun addr add 10.2.0.1/24 dev lo
    router moon
    ip -n alice route add default via 10.1.0.1
    ip -n moon route add 10.2.0.0/24 via 192.0.2.2
    expect_ping moon 192.0.2.2
}
index_of() { on "$1" cat /sys/class/net/nic/ifindex 2>/dev/null || ip -n "$1" -o link show nic | cut -d: -f1; }

nic_says() { cat /sys/kernel/debug/netdevsim/netdevsim10/ports/0/ipsec; }
nic_has() {
    local had
    had=$(nic_says | sed -n 's/^SA count=\([0-9]*\).*/\1/p')
    [[ $had -eq $1 ]] || fail "the NIC has $had SAs, not $1: $(nic_says)"
}
nic_sent() { [[ $(nic_says | sed -n 's/.* tx=\([0-9]*\).*/\1/p') -gt 0 ]]; }
# states_with COUNT REGEX
states_with() {
    local count
    count=$(ip -n moon -d xfrm state | grep -cE -- "$2" || :)
    [[ $count -eq $1 ]] || fail "$count states of moon say '$2', not $1: $(ip -n moon -d xfrm state)"
}
# shows TEXT: xfrmctl does, of the child.
shows() {
    local text
    text=$(xfrmctl moon sa list --detail)
    [[ $text == *"$1"* ]] || fail "sa list --detail does not show '$1': $text"
}
shows_none() {
    local text
    text=$(xfrmctl moon sa list --detail)
    [[ $text != *'    offload '* ]] || fail "sa list --detail shows an offload: $text"
    [[ $(xfrmctl moon sa list --json | grep -c '"offload": *null') -eq 1 ]] || fail "offload is not null: $(xfrmctl moon sa list --json)"
}
# refuses REGEX: the child does not come up, the command and the log say why, and nothing stays in the kernel.
refuses() {
    expect_not up moon net
    [[ $(grep -cE -- "$1" /run/moon/up.log) -eq 1 ]] || fail "conn up does not say '$1': $(cat /run/moon/up.log)"
    clear moon || :
    expect_empty_kernel moon
}

case_crypto() {
    nics
    SUN_CONF='child=' start_pair "$1" esp=aes128gcm16 child='hw_offload = crypto'
    expect up moon net
    states_with 2 'crypto offload parameters: dev nic'
    nic_has 2
    shows 'offload     crypto on nic'
    on alice ping -n -q -c 2 -W 1 10.2.0.1 >/dev/null || :
    nic_sent || fail "no packet went to the NIC's SAs: $(nic_says)"
    clear moon
    nic_has 0
}

# The NIC does AES-GCM alone. Without hw_offload the same works.
case_refused() {
    nics
    SUN_CONF='child=' start_pair "$1" esp=aes128-sha256 child='hw_offload = crypto'
    refuses 'crypto offload to nic: adding the inbound SA .*: EINVAL: Invalid argument \(netdevsim: .+\)'
    nic_has 0
}

case_packet() {
    nics
    SUN_CONF='child=' start_pair "$1" esp=aes128gcm16 child='hw_offload = packet'
    refuses 'packet offload to nic: adding the inbound SA .*: EINVAL: Invalid argument \(netdevsim: .+\)'
    nic_has 0
}

case_auto() {
    nics
    SUN_CONF='child=' start_pair "$1" esp=aes128gcm16 child='hw_offload = auto'
    expect up moon net
    expect_log moon 'child net goes on without packet offload to nic: .*EINVAL'
    expect_no_log moon 'without crypto'
    nic_has 2
    shows 'offload     crypto on nic'
}

# A NIC that goes down loses its SAs without a word. They are noticed to be gone, and come back with it.
case_reset() {
    nics
    SUN_CONF='child=' start_pair "$1" esp=aes128gcm16 child='hw_offload = crypto'
    expect up moon net
    nic_has 2
    ip -n moon link set nic down
    nic_has 0
    ip -n moon link set nic up
    expect_log moon 'the kernel has lost child SA' 2
    eventually 10 nic_has_again || fail "the NIC has no SAs: $(nic_says)"
    shows 'offload     crypto on nic'
}
nic_has_again() { [[ $(nic_says | grep -c 'count=2') -eq 1 ]]; }

# An interface that offloads nothing: crypto is refused though the kernel takes it, auto goes on in software.
case_fallback() {
    gateways
    SUN_CONF='child=' start_pair "$1" child='hw_offload = crypto'
    refuses 'crypto offload to sun: the device does not do it, and the kernel would do it in software'
    change moon child='hw_offload = auto'
    expect up moon net
    expect_log moon 'child net goes on without packet offload to sun: .*EINVAL'
    expect_log moon 'child net goes on without crypto offload to sun: the device does not do it, and the kernel would do it in software'
    states_with 0 'offload'
    shows_none
    expect_tunnel
}

"case_$2" "$1"
clear moon
expect_empty_kernel moon sun
pass
