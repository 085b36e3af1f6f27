# Values of swanctl.conf as strongSwan parses them: each line is loaded by strongSwan 6.0.1 and checked by xfrmd, and both
# have to take it, or neither, unless the line says who alone does; docs/swanctl.conf.md lists these.
# shellcheck shell=bash

# PLACE SETTING: one connection with it; places are conn, local, remote, child.
conf_with() {
    local conn='' here='' there='' child=''
    case $1 in
        conn) conn=$2 ;;
        local) here=$2 ;;
        remote) there=$2 ;;
        child) child=$2 ;;
    esac
    [[ $2 == remote_addrs* ]] || conn="remote_addrs = 192.0.2.2
        $conn"
    cat <<END
connections {
    gw {
        $conn
        local {
            auth = psk
            $here
        }
        remote {
            auth = psk
            $there
        }
        children {
            net {
                $child
            }
        }
    }
}
secrets { ike { secret = x } }
END
}

charon_takes() {
    cp "$1" /run/sun/swanctl/swanctl.conf
    swanctl sun --load-conns >"/run/sun/load.log" 2>&1
}
xfrmd_takes() { "$lab_build/daemon/xfrmd" --config "$1" --check >/run/sun/check.log 2>&1; }

who_takes() {
    conf_with "$1" "$2" >/run/sun/one.conf
    local charon=0 xfrmd=0
    charon_takes /run/sun/one.conf || charon=1
    xfrmd_takes /run/sun/one.conf || xfrmd=1
    case $charon$xfrmd in
        00) echo both ;;
        11) echo neither ;;
        01) echo charon ;;
        *) echo xfrmd ;;
    esac
}

host sun
start_strongswan sun 6.0 </dev/null
wrong=0 count=0
while IFS='|' read -r wanted place setting; do
    [[ -n $wanted && $wanted != '#'* ]] || continue
    found=$(who_takes "$place" "$setting")
    count=$((count + 1))
    [[ $found == "$wanted" ]] && continue
    printf '%s|%s|%s: not %s: %s; %s\n' "$found" "$place" "$setting" "$wanted" "$(tail -n 1 /run/sun/load.log)" "$(tail -n 1 /run/sun/check.log)"
    wrong=1
done <<'END'
# times
both|conn|rekey_time = 90
both|conn|rekey_time = 90s
both|conn|rekey_time = 4h
both|conn|rekey_time = 1d
both|conn|rekey_time = 0x10
both|conn|rekey_time = 010
both|conn|rekey_time = 4 h
both|conn|rekey_time = 4H
neither|conn|rekey_time = 4w
neither|conn|rekey_time = 4hours
neither|conn|rekey_time = 1h30m
charon|conn|rekey_time = h
neither|conn|rekey_time = four
charon|conn|rekey_time = -1
both|conn|rekey_time = 4294967295
both|conn|dpd_timeout = 150
both|conn|dpd_delay = 30s
both|child|life_time = 66m
both|child|inactivity = 10m
# sizes
both|child|rekey_bytes = 500
both|child|rekey_bytes = 500k
both|child|rekey_bytes = 500M
both|child|rekey_bytes = 5g
neither|child|rekey_bytes = 5t
neither|child|rekey_bytes = 5kb
both|child|life_packets = 1000000
neither|child|life_packets = 10k
# booleans
both|conn|mobike = YES
both|conn|mobike = true
both|conn|mobike = enabled
both|conn|mobike = 0
both|conn|mobike = Disabled
neither|conn|mobike = on
neither|conn|mobike = off
neither|conn|mobike = 2
neither|conn|mobike = y
# numbers
both|conn|keyingtries = 0
both|conn|keyingtries = 3
neither|conn|keyingtries = three
neither|conn|keyingtries = 3x
neither|conn|keyingtries = 1.5
both|conn|local_port = 0
both|conn|remote_port = 4500
neither|conn|remote_port = 65536x
both|child|reqid = 7
both|child|replay_window = 0
both|child|replay_window = 64
both|child|priority = 1000
both|conn|version = 2
both|conn|version = 0
charon|conn|version = 3
# words
both|conn|fragmentation = FORCE
both|conn|fragmentation = accept
neither|conn|fragmentation = maybe
both|conn|unique = replace
neither|conn|unique = sometimes
both|conn|send_cert = never
both|conn|childless = prefer
both|conn|aggressive = yes
both|conn|pull = no
both|child|mode = TUNNEL
charon|child|mode = drop
neither|child|mode = tunel
both|child|start_action = trap
both|child|start_action = route
both|child|start_action = trap|start
both|child|start_action = restart
neither|child|start_action = now
both|child|dpd_action = clear
both|child|close_action = none
both|child|copy_dscp = in
both|child|hw_offload = auto
both|conn|dscp = 101110
both|conn|dscp = 1
neither|conn|dscp = 2
charon|conn|dscp = 1011101
# addresses
both|conn|remote_addrs = %any
both|conn|remote_addrs = %any4
both|conn|remote_addrs = 10.0.0.1
both|conn|remote_addrs = 10.0.0.0/24
both|conn|remote_addrs = 10.0.0.1-10.0.0.9
both|conn|remote_addrs = 2001:db8::/64, gw.example.org
both|conn|remote_addrs = gw.example.org
both|conn|remote_addrs = %any, 10.0.0.1
both|conn|local_addrs = 192.0.2.1, 2001:db8::1
# selectors
both|child|remote_ts = dynamic
both|child|remote_ts = 10.2.0.0/16
both|child|remote_ts = 10.2.0.1
both|child|remote_ts = 10.2.0.1-10.2.0.9
xfrmd|child|remote_ts = 10.2.0.1..10.2.0.9
both|child|remote_ts = 10.2.0.0/16, 10.3.0.0/16
both|child|remote_ts = 0.0.0.0/0, ::/0
both|child|remote_ts = dynamic[tcp/http]
both|child|remote_ts = dynamic[tcp/80]
both|child|remote_ts = dynamic[6/80]
both|child|remote_ts = dynamic[17]
both|child|remote_ts = dynamic[17/1000-2000]
both|child|remote_ts = dynamic[17/opaque]
both|child|remote_ts = dynamic[17/any]
both|child|remote_ts = 10.2.0.0/16[1/8]
both|child|remote_ts = 10.2.0.0/16[1/2048]
both|child|remote_ts = 10.2.0.0/16[1/3-4]
charon|child|remote_ts = dynamic[6/20-10]
neither|child|remote_ts = dynamic[6/65536]
both|child|remote_ts = dynamic[udp]
both|child|remote_ts = dynamic[udp/1000-2000]
both|child|remote_ts = dynamic[udp/opaque]
both|child|remote_ts = dynamic[udp/any]
both|child|remote_ts = dynamic[any/any]
both|child|remote_ts = dynamic[any/53]
both|child|remote_ts = dynamic[/53]
both|child|remote_ts = 10.2.0.0/16[icmp/8]
both|child|remote_ts = 10.2.0.0/16[icmp/2048]
both|child|remote_ts = 10.2.0.0/16[icmp/3-4]
both|child|remote_ts = 10.2.0.0/16[gre]
both|child|remote_ts = 10.2.0.0/16[47]
neither|child|remote_ts = dynamic[nonsense]
neither|child|remote_ts = dynamic[tcp/nonsense]
neither|child|remote_ts = dynamic[256]
neither|child|remote_ts = dynamic[tcp/65536]
charon|child|remote_ts = dynamic[tcp/20-10]
neither|child|remote_ts = dynamic[tcp
charon|child|remote_ts = 10.2.0.0/33
charon|child|remote_ts = 10.2.0.9-10.2.0.1
neither|child|remote_ts = host.example.org
# marks and interface ids
both|child|mark_in = 5
both|child|mark_in = 0x10/0xff
both|child|mark_in = %unique
both|child|mark_in = %unique-dir
both|child|mark_in = %unique/0xff
neither|child|mark_in = %same
both|child|set_mark_out = %same
both|child|set_mark_out = %same/0xff
neither|child|mark_in = x
neither|child|mark_in = 5/x
both|child|if_id_in = 42
both|child|if_id_in = 0x2a
both|child|if_id_out = %unique
neither|child|if_id_out = %same
neither|child|if_id_out = x
both|child|tfc_padding = mtu
both|child|tfc_padding = 1400
neither|child|tfc_padding = max
# identities and the like
both|local|id = %any
both|local|id = gw.example.org
both|local|id = @gw.example.org
both|local|id = @#0102
both|local|id = carol@example.org
both|local|id = "C=CH, O=xfrmd, CN=moon"
both|local|id = fqdn:gw
both|local|id = keyid:gw
both|local|id = 10.0.0.1
both|local|id = 10.0.0.0/24
both|local|aaa_id = aaa.example.org
both|remote|eap_id = %any
both|remote|revocation = strict
neither|remote|revocation = lax
both|conn|ppk_id = quantum
xfrmd|child|per_cpu_sas = yes
both|child|label_mode = simple
# what is unknown
neither|conn|nonsense = 1
neither|child|nonsense = 1
neither|local|nonsense = 1
neither|conn|proposals = nonsense
neither|child|esp_proposals = aes128-nonsense
both|conn|proposals = aes128-sha256-x25519,aes256gcm16-prfsha256-ecp256
both|child|esp_proposals = aes128gcm16-x25519, default
both|conn|mediation = no
charon|conn|mediation = yes
charon|conn|version = 1
charon|local|auth = eap-mschapv2
charon|remote|groups = sales
charon|remote|eap_id = carol
charon|child|label = system_u:object_r:ipsec_spd_t:s0
END
tell "$count values"
[[ $wrong -eq 0 ]] || fail "xfrmd and strongSwan differ"
pass
