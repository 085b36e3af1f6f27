# Updown commands: what they are told, compared with what charon tells them in the very same place; and what they may do
# wrong without harm.
#   updown.sh same INITIATOR SITUATION   moon and sun are strongSwan 6.0 and xfrmd, then the other way round; what each
#                                        host's commands are told has to be the same both times. INITIATOR: moon or sun;
#                                        SITUATION: a function below
#   updown.sh hostile | stop | slow | filter | confined
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/load.sh
source "$lib/load.sh"

# write_script HOST: appends its environment to /run/HOST/told, as both daemons reach it by the name they are given.
write_script() {
    cat >"/run/$1/updown" <<'END'
#!/bin/sh
{ echo "-- $#: $*"; env | sort; } >>"$1/told"
echo "$PLUTO_VERB $PLUTO_MY_CLIENT"
echo 'on standard error' >&2
END
    chmod +x "/run/$1/updown"
}

# script_of HOST KIND: the command line; strongSwan has /run/HOST as its /run.
script_of() {
    local folder=/run/$1
    [[ $2 == xfrmd ]] || folder=/run
    printf "%s/updown %s 'b c'" "$folder" "$folder"
}

# Situations: the words for tunnel_conf on that host are added to an array. SITUATION HOST ARRAY
# shellcheck disable=SC2178  # a name of an array
two_subnets() {
    local -n words=$2
    words+=("local_net=10.${net[$1]}.0.0/24, fd0${net[$1]}::/64" "remote_net=10.${net[$(other "$1")]}.0.0/24, fd0${net[$(other "$1")]}::/64")
    child_lines+=$'\n hostaccess = yes'
}
hosts_and_subnets() {
    local -n words=$2
    if [[ $1 == moon ]]; then
        words+=("local_net=10.1.0.1/32, 10.1.0.128/25, fd01::7/128" "remote_net=dynamic, fd02::/48")
    else
        words+=("local_net=dynamic, fd02::/48" "remote_net=10.1.0.1/32, 10.1.0.128/25, fd01::7/128")
    fi
}
transport() {
    local -n words=$2
    words+=(mode=transport)
}
ipv6_transport() {
    local -n words=$2
    words+=(mode=transport outer=6)
    child_lines+=$'\n ah_proposals = sha256'
}
ports() {
    local -n words=$2
    local web='10.1.0.0/24[6/80-90], 10.1.0.0/24[17]' any='10.2.0.0-10.2.0.9[6], 10.2.0.0/24[17/53]'
    if [[ $1 == moon ]]; then
        words+=("local_net=$web" "remote_net=$any")
    else
        words+=("local_net=$any" "remote_net=$web")
    fi
}
icmp() {
    local -n words=$2
    local mine='10.1.0.0/24[1/2051], fd01::/64[58/32770]' theirs='10.2.0.0/24[1], fd02::/64[58/32770]'
    if [[ $1 == moon ]]; then
        words+=("local_net=$mine" "remote_net=$theirs")
    else
        words+=("local_net=$theirs" "remote_net=$mine")
    fi
}
options() {
    local -n words=$2
    words+=(encap=yes)
    child_lines+=$'\n ipcomp = yes\n mark_in = 42/0xff\n mark_out = 0x80000000\n if_id_in = 7\n if_id_out = 8\n reqid = 99'
}
# Moon is a client, and sun gives it an address and a name server of each family.
virtual_addresses() {
    local -n words=$2
    if [[ $1 == moon ]]; then
        words+=("local_net=dynamic" "remote_net=10.2.0.0/24, fd02::/64")
        conn_lines+=$'\n vips = 0.0.0.0, ::'
    else
        words+=("local_net=10.2.0.0/24, fd02::/64" "remote_net=dynamic")
        conn_lines+=$'\n pools = four, six'
        pools='four {
            addrs = 10.3.0.0/24
            dns = 10.2.0.53, 10.2.0.54
        }
        six {
            addrs = fd03::100/120
            dns = fd02::53
        }'
    fi
}
# Identities that a shell would take for something else.
# shellcheck disable=SC2016  # they are not meant to be expanded
identities() {
    local -n words=$2
    words+=('id=fqdn:$(touch /run/broken); `id`; '"$1" 'peer_id=fqdn:$(touch /run/broken); `id`; '"$(other "$1")")
}

declare -A net=([moon]=1 [sun]=2)
other() { if [[ $1 == moon ]]; then echo sun; else echo moon; fi; }

conf() {
    local host=$1 kind=$2 child_lines conn_lines='' pools=''
    local -a list=()
    child_lines="updown = $(script_of "$host" "$kind")"
    "$situation" "$host" list
    [[ $host != "$initiator" ]] || conn_lines+=$'\n reauth_time = 10s\n over_time = 1h\n rand_time = 0s'
    tunnel_conf "$host" "${list[@]}" "conn=$conn_lines" "child=$child_lines"
    printf 'pools {\n%s\n}\n' "$pools"
}

begin() {
    local STRONGSWAN_CONF_EXTRA=$'make_before_break = yes\n plugins {\n updown {\n dns_handler = yes\n }\n }'
    printf 'charon {\n%s\n}\n' "$STRONGSWAN_CONF_EXTRA" >"/run/$1/strongswan.conf"
    if [[ $2 == xfrmd ]]; then start_xfrmd "$1" <<<"$(conf "$1" xfrmd)"; else start_strongswan "$1" 6.0 <<<"$(conf "$1" 6.0)"; fi
}
runs() { grep -c "^PLUTO_VERB=$2" "/run/$1/told" || :; }
has_run() { [[ $(runs "$1" "$2") -ge $3 ]]; }

# IKE SAs are numbered by the order in which commands hear of them. Runs for the pairs of one child stand in an order of
# their own: strongSwan has sorted its selectors, xfrmd has left them as they were agreed on.
normalised() {
    awk -F= '/^-- / { if (run != "") print batch "\t" run; sub("/run/(moon|sun) ", "/run "); run = $0; next }
        /^(PWD|OLDPWD|SHLVL|_)=/ { next }  # of the shell
        $1 == "PLUTO_UNIQUEID" { if (!($2 in seen)) seen[$2] = ++count; id = seen[$2]; $0 = $1 "=#" id }
        $1 == "PLUTO_VERB" { now = substr($2, 1, 2) id; if (now != last) ++batch; last = now }
        { run = run "\036" $0 }
        END { print batch "\t" run }' "$1" | sort -t "$(printf '\t')" -k 1,1n -k 2 | cut -f 2- | tr '\036' '\n'
}

# play MOON SUN: those daemons; what their commands are told goes to /run/HOST/KIND.told.
play() {
    local -A kind=([moon]=$1 [sun]=$2)
    local host pairs
    for host in moon sun; do
        : >"/run/$host/told"
        write_script "$host"
        begin "$host" "${kind[$host]}"
    done
    expect up "$initiator" net
    eventually 5 has_run moon up 1 || fail "nothing has been run on moon"
    sleep 0.5
    pairs=$(runs moon up)
    tell "$pairs runs"
    # Authenticated again: up for the new one, down for the old one.
    for host in moon sun; do
        eventually 25 has_run "$host" down "$pairs" || fail "$host: no down when it was authenticated again"
    done
    clear "$initiator"
    for host in moon sun; do
        eventually 5 has_run "$host" down $((2 * pairs)) || fail "$host: no down at the end"
        normalised "/run/$host/told" >"$out/$host-${kind[$host]}.told.log"
        [[ ${kind[$host]} != xfrmd ]] || expect_log "$host" 'updown of net \(up-.*\): on standard error'
        if [[ ${kind[$host]} == xfrmd ]]; then stop "$host"; else crash "$host"; fi
    done
    ip -n moon xfrm state flush && ip -n moon xfrm policy flush
    ip -n sun xfrm state flush && ip -n sun xfrm policy flush
}

case_same() {
    local host
    initiator=$1 situation=$2
    play xfrmd 6.0
    play 6.0 xfrmd
    for host in moon sun; do
        diff -u "$out/$host-6.0.told.log" "$out/$host-xfrmd.told.log" || fail "$host is told other things"
        tell "$host: $(grep -c = "$out/$host-xfrmd.told.log") variables in $(grep -c '^-- ' "$out/$host-xfrmd.told.log") runs, all as with charon"
    done
    [[ ! -e /run/broken && ! -e /run/moon/broken ]] || fail "an identity was run"
}

# start_with COMMAND [FLAGS]: moon runs that for its child.
start_with() {
    start_strongswan sun 6.0 <<<"$(tunnel_conf sun)"
    XFRMD_FLAGS="${2:-}" start_xfrmd moon <<<"$(tunnel_conf moon "child=updown = $1")"
}
script() { cat >/run/moon/script && chmod +x /run/moon/script; }
runs_nothing() { ! pgrep -f "$1" >/dev/null; }

# It hangs, has children that hang, and says 1 GiB: the tunnel is there at once, the daemon answers, and it ends.
case_hostile() {
    script <<'END'
#!/bin/sh
trap '' TERM INT HUP
for i in $(seq 50); do sleep 1234 & done
if [ "$PLUTO_VERB" = up-client ]; then
    yes 'a line, which is said again, and again, and again..' | head -c 1048576
    head -c 1073741824 /dev/zero
    printf 'end\033[31m\n' >>/run/moon/said
fi
sleep 1234
END
    start_with /run/moon/script '--updown-timeout 40'
    local before
    before=$(memory_of moon)
    watch_answers moon
    expect up moon net
    expect_ping alice 10.2.0.10
    eventually 60 test -e /run/moon/said || fail "it has not said all"
    slowest moon
    tell "the slowest answer took $slowest ms; $(($(memory_of moon) - before)) KiB more in memory; $(lines_of moon) lines of log"
    [[ $(($(memory_of moon) - before)) -lt 8192 ]] || fail "too much memory"
    [[ $(lines_of moon) -lt 120 ]] || fail "too many lines in the log"
    expect_log moon 'has not ended within 40 s, and is killed' 60
    eventually 5 runs_nothing 'sleep 1234' || fail "something of it still runs: $(pgrep -fa 'sleep 1234' | head -n 3)"
    expect_log moon '\([0-9]{9,10} bytes more\)'
    expect_ping bob 10.1.0.10
    # It hangs on the way down as well: the daemon ends all the same.
    stop moon
    eventually 5 runs_nothing 'sleep 1234' || fail "something of it outlives the daemon"
    expect_log moon '1 runs of updown commands have not ended, or never begun: of gw: net$'
    expect_empty_kernel moon
}

# The daemon's end: commands are run for what goes then, and waited for.
case_stop() {
    script <<'END'
#!/bin/sh
sleep 1
echo "$PLUTO_VERB" >>/run/moon/said
exit 3
END
    start_with /run/moon/script
    expect up moon net
    expect_log moon 'updown of net \(up-client 10.1.0.0/24 === 10.2.0.0/24\) ended with status 3'
    # Neither rekeying is anything to the command.
    expect xfrmctl moon sa rekey gw --child
    expect xfrmctl moon sa rekey gw --ike
    sleep 2
    [[ $(</run/moon/said) == up-client ]] || fail "run when rekeyed: $(</run/moon/said)"
    stop moon
    [[ $(tr '\n' ' ' </run/moon/said) == 'up-client down-client ' ]] || fail "said: $(</run/moon/said)"
}

# Many that take their time at the end are waited for, as far as systemd waits.
case_slow() {
    script <<'END'
#!/bin/sh
[ "$PLUTO_VERB" = up-client ] || sleep 0.6
echo "$PLUTO_VERB" >>/run/moon/said
END
    local nets i
    for i in 0 1 2 3 4 5 6 7 8 9 10 11; do nets+="${nets:+, }10.2.$i.0/24"; done
    start_strongswan sun 6.0 <<<"$(tunnel_conf sun "local_net=$nets")"
    start_xfrmd moon <<<"$(tunnel_conf moon "remote_net=$nets" "child=updown = /run/moon/script")"
    expect up moon net
    eventually 5 has_said up-client 12 || fail "said: $(sort /run/moon/said | uniq -c)"
    stop moon
    has_said down-client 12 || fail "said: $(sort /run/moon/said | uniq -c)"
}
has_said() { [[ $(grep -c "$1" /run/moon/said) -eq $2 ]]; }

# The script that comes with xfrmd, with nftables: a filter that drops everything lets the tunnel's packets through.
case_filter() {
    start_with "$project_script nft"
    on moon nft -f - <<'END'
table inet filter {
    chain input { type filter hook input priority 0; policy drop; udp dport { 500, 4500 } accept; meta l4proto esp accept; icmpv6 type { 133, 134, 135, 136 } accept; }
    chain forward { type filter hook forward priority 0; policy drop; }
    chain output { type filter hook output priority 0; policy accept; }
}
END
    expect up moon net
    expect_ping alice 10.2.0.10
    [[ $(on moon nft list ruleset | grep -c 'ipsec.*reqid') -eq 2 ]] || fail "other rules: $(on moon nft list ruleset)"
    clear moon
    eventually 5 has_no_rules || fail "rules have stayed: $(on moon nft list ruleset)"
}
# The same with no more rights than xfrmd.service leaves: root of its groups and capabilities, none to be had by running
# programs. Both sockets get their groups all the same.
case_confined() {
    local groups capabilities
    { cat /etc/group && echo 'xfrmd:x:4711:'; } >/run/group
    mount --bind /run/group /etc/group
    groups=$(of_unit SupplementaryGroups)
    capabilities=$(of_unit CapabilityBoundingSet | tr 'A-Z ' 'a-z,' | sed 's/cap_/+/g')
    confinement=(setpriv --regid "$(of_unit Group root)" --bounding-set "-all,$capabilities" --inh-caps -all --no-new-privs)
    if [[ -n $groups ]]; then confinement+=(--groups "${groups// /,}"); else confinement+=(--clear-groups); fi
    launch_xfrmd() {
        # shellcheck disable=SC2086  # words on purpose
        exec nsenter --net="/run/netns/$1" -- "${confinement[@]}" "$lab_build/daemon/xfrmd" \
            --config "/run/$1/swanctl.conf" --foreground --socket "/run/$1/api.sock" --vici "/run/$1/charon.vici" \
            --token-secret "/run/$1/token_secret" --crl-cache "/run/$1/crls" ${daemon_flags[$1]}
    }
    case_filter
    [[ $(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/${daemon_pid[moon]}/status") == 0000000000001400 ]] ||
        fail "it has other capabilities: $(grep Cap "/proc/${daemon_pid[moon]}/status")"
    [[ $(stat -c '%U %G %a' /run/moon/api.sock) == 'root xfrmd 660' ]] || fail "$(stat /run/moon/api.sock)"
    [[ $(stat -c '%U %G %a' /run/moon/charon.vici) == 'root root 660' ]] || fail "$(stat /run/moon/charon.vici)"
}
# of_unit KEY [DEFAULT]: its value in xfrmd.service.
of_unit() {
    local value
    value=$(sed -n "s/^$1=//p" "$lab_project/scripts/packaging/xfrmd.service.in")
    echo "${value:-${2:-}}"
}
has_no_rules() { ! on moon nft list ruleset | grep -q ipsec; }
project_script=$lab_project/scripts/packaging/updown

gateways
"case_$1" "${@:2}"
pass
