# NATs between the gateways. To be sourced.
# shellcheck shell=bash

# nat_gateways INITIATOR WHERE: moon and sun each behind a router; the wire between the routers is captured as outer.pcap.
# WHERE says which router is a NAT: source (the initiator's, all of which goes out from its outer address and random
# ports), destination (the responder's, which passes IKE's ports on), both, or none. address_of[HOST] is where a gateway
# is reached then, %any where only it can begin.
#
#   alice .10 -- 10.1.0.0/24 -- .1 moon .2 -- 10.3.0.0/24 -- .1 gate .1 == 192.0.2.0/24 ==
#                               == .2 door .1 -- 10.4.0.0/24 -- .2 sun .1 -- 10.2.0.0/24 -- .10 bob
nat_gateways() {
    host alice moon gate door sun bob
    link alice 10.1.0.10/24 moon 10.1.0.1/24
    link moon 10.3.0.2/24 gate 10.3.0.1/24
    wire outer gate 192.0.2.1/24 door 192.0.2.2/24
    link door 10.4.0.1/24 sun 10.4.0.2/24
    link sun 10.2.0.1/24 bob 10.2.0.10/24
    router moon gate door sun
    route alice default via 10.1.0.1
    route moon default via 10.3.0.1
    route gate default via 192.0.2.2
    route door default via 192.0.2.1
    route sun default via 10.4.0.1
    route bob default via 10.2.0.1
    address_of=([moon]=10.3.0.2 [sun]=10.4.0.2)
    [[ $2 != source && $2 != both ]] || source_nat "$1"
    [[ $2 != destination && $2 != both ]] || destination_nat "$(other_of "$1")"
}

declare -A address_of=() own_address=([moon]=10.3.0.2 [mars]=10.6.0.2 [sun]=10.4.0.2) router_of=([moon]=gate [sun]=door)
other_of() { if [[ $1 == sun ]]; then echo moon; else echo sun; fi; }

# source_nat HOST: its router hides it. Ports of its choice, so that none stays as it was by chance.
source_nat() {
    on "${router_of[$1]}" nft -f - <<END
table ip source {
    chain out {
        type nat hook postrouting priority srcnat;
        oifname { gate, door } meta l4proto udp masquerade to :20000-60000 random
    }
}
END
    address_of[$1]=%any
}

# destination_nat HOST: its router passes IKE on to it.
destination_nat() {
    on "${router_of[$1]}" nft -f - <<END
table ip destination {
    chain in {
        type nat hook prerouting priority dstnat;
        iifname { gate, door } udp dport { 500, 4500 } dnat to ${address_of[$1]}
    }
}
END
    if [[ $1 == moon ]]; then address_of[moon]=192.0.2.1; else address_of[sun]=192.0.2.2; fi
}

# nat_conf WHO HOST [KEY=VALUE...]: the tunnel as that daemon has it there.
nat_conf() {
    peer_conf "$1" "$2" local_addr="${own_address[$2]}" remote_addr="${address_of[$(other_of "$2")]}" id="$2" \
        peer_id="$(other_of "$2")" "${@:3}"
}
