# Beside the SAs for all CPUs there are some for each CPU that has packets (RFC 9611), each of which is rekeyed by itself.
#   per_cpu.sh PEER [without|reauth|killed]   PEER: xfrmd or 6.0 (strongSwan 6.0.1, which knows nothing of it) on sun; without:
#   it does not want that. Then traffic goes on over the SAs for all CPUs. reauth: moon authenticates again meanwhile.
#   killed: it is, and another process takes over. Two CPUs; kernel and peers are on both of them.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/rekeying.sh
source "$lib/rekeying.sh"
# shellcheck source=tests/lab/lib/streams.sh
source "$lib/streams.sh"

# of_cpu HOST CPU FIELD: of the children that are for this CPU; "None" is for all.
of_cpu() {
    xfrmctl "$1" sa list --json | python3 -c '
import json, sys
def children(value):
    if isinstance(value, dict):
        if "spi_out" in value:
            yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from children(one)
for child in children(json.load(sys.stdin)):
    if str(child["cpu"]) == sys.argv[1]:
        print(child[sys.argv[2]])' "$2" "$3"
}
has_cpu() { [[ $(xfrmctl "$1" sa list --child) == *"net cpu $2"* ]]; }
carried() { of_cpu "$1" "$2" packets_out | awk '{ sum += $1 } END { print sum + 0 }'; }
# pinned_pings CPU COUNT: how many of alice's pings from this CPU bob has answered.
pinned_pings() {
    on alice taskset -c "$1" ping -n -q -c "$2" -i 0.1 -W 1 10.2.0.10 | grep -o '[0-9]* received' | cut -d ' ' -f 1
}
# sends_on_own CPU: what alice sends from this CPU goes out on moon's SAs for it, and nothing on those for all.
sends_on_own() {
    local before all
    before=$(carried moon "$1") all=$(carried moon None)
    [[ $(pinned_pings "$1" 10) -eq 10 && $(carried moon "$1") -ge $((before + 10)) && $(carried moon None) -eq $all ]]
}
expect_whole_pings() {
    local answered
    answered=$(pinned_pings "$1" 20)
    [[ $answered -eq 20 ]] || fail "of 20 pings on CPU $1, $answered were answered"
}

who=$1 wants='per_cpu_sas = yes' again=''
[[ ${2:-} != reauth ]] || again=$'reauth_time = 30s\n over_time = 60s\n rand_time = 0s'
gateways
if [[ ${2:-} == without || $who != xfrmd ]]; then wants=''; fi
start_peer "$who" sun <<<"$(peer_conf "$who" sun child="$wants")"
start_xfrmd moon <<<"$(tunnel_conf moon conn="$again" child=$'per_cpu_sas = yes\n start_action = trap')"
expect_ping alice 10.2.0.10

if [[ $wants == '' ]]; then
    for cpu in 0 1; do expect_whole_pings $cpu; done
    for cpu in 0 1; do expect_not has_cpu moon $cpu; done
    expect_one_of_each
    expect_no_clear
    pass
    exit 0
fi

for cpu in 0 1; do
    tell "CPU $cpu: $(pinned_pings $cpu 20) of 20 pings are answered while its SAs are made"
    for host in moon sun; do eventually 8 has_cpu $host $cpu || fail "$host has none for CPU $cpu: $(xfrmctl $host sa list)"; done
done
# Whoever was asked for a child sends on it a little later.
for cpu in 0 1; do eventually 12 sends_on_own $cpu || fail "CPU $cpu's packets go out elsewhere: $(xfrmctl moon sa list)"; done
tell "moon has $(xfrmctl moon sa list --child | grep -c installed) children"

taskset -cp 1 $$ >/dev/null
if [[ ${2:-} == reauth || ${2:-} == killed ]]; then
    stream alice bob 10.2.0.10 200 20
    stream bob alice 10.1.0.10 200 20
    if [[ $2 == killed ]]; then
        crash moon
        expect_ping alice 10.2.0.10
        restart moon
        expect_log moon 'left 6 SAs and 3 policies'
    fi
    end_streams
    [[ $2 == killed ]] || expect_log moon 'IKE SA reauthenticated'
    # Linux drops what comes on a CPU between its asking for an SA and our telling it not to wait.
    [[ ${lost[alice]} -le 8 && ${lost[bob]} -le 8 ]] || fail "lost: $(xfrm_errors moon) $(xfrm_errors sun)"
    for host in moon sun; do eventually 8 has_cpu $host 1 || fail "$host has none for CPU 1: $(xfrmctl $host sa list)"; done
    expect_no_clear
    stop moon
    # sun has what the killed one left, until it looks for life there.
    [[ $2 == killed ]] || expect_empty_kernel sun
    expect_empty_kernel moon
    pass
    exit 0
fi
stream alice bob 10.2.0.10 200 12
stream bob alice 10.1.0.10 200 12
rounds=0
while streams_run; do
    for cpu in 1 None; do
        number=$(of_cpu moon $cpu id | head -n 1)
        expect xfrmctl moon sa rekey "$number" >/dev/null
        rounds=$((rounds + 1))
    done
    rekey moon ike
    sleep 1
done
expect_whole_streams
tell "$rounds children were rekeyed meanwhile"
for cpu in 0 1; do has_cpu moon $cpu || fail "moon has none for CPU $cpu any more"; done

# A peer that deletes one gets another one when there are packets for it.
expect xfrmctl moon sa clear "$(of_cpu moon 1 id | head -n 1)" >/dev/null
pinned_pings 1 5 >/dev/null
eventually 8 has_cpu moon 1 || fail "none for CPU 1 after one was cleared"
expect_no_clear
stop moon
expect_empty_kernel moon sun
pass
