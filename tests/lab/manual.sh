# Manual SAs (RFC 4301 4.5.1): xfrmd has them on moon, and on sun there is nobody but `ip xfrm`.
# shellcheck shell=bash

sha=0x000102030405060708090a0b0c0d0e0f10111213
aes=0x101112131415161718191a1b1c1d1e1f
des3=0x0102040708101315161918202325262931343738434546ff

authentication="authentication {
    key = $sha
  }"
encrypt() {
    printf 'encryption {\n    algorithm = %s\n    key = %s\n  }\n' "$1" "$2"
}

# manual_conf NAME LINES...: swanctl.conf with that one manual SA. Several of them make one configuration.
manual_conf() {
    printf 'manual {\n  %s {\n' "$1"
    printf '  %s\n' "${@:2}"
    printf '  }\n}\n'
}

# all_kinds: every protocol in both modes, with a mark and an interface on the way.
all_kinds() {
    local protocol
    for protocol in esp ah bundle; do
        local -a lines=('direction = bidirectional' "protocol = $protocol" "$authentication")
        [[ $protocol == ah ]] || lines+=("$(encrypt aes-128-cbc "$aes")")
        [[ $protocol != bundle ]] || lines+=('auxiliary_spi = 300')
        manual_conf "t-$protocol" "${lines[@]}" "spi = 26${#protocol}" 'local_addrs = 192.0.2.1' 'remote_addrs = 192.0.2.2' \
            "local_ts = 10.1.${#protocol}.0/24" 'remote_ts = 10.3.0.0/24, 10.4.0.0/24' 'mark = 1/0xff'
        manual_conf "h-$protocol" "${lines[@]}" "spi = 26${#protocol}" 'mode = transport' 'local_addrs = 2001:db8::1' \
            'remote_addrs = 2001:db8::2' "local_ts = dynamic[udp/${#protocol}]" 'interface = sun'
    done
    manual_conf null 'direction = outbound' 'protocol = esp' 'spi = 400' "${tunnel[@]}" "$authentication"
}

tunnel=('local_addrs = 192.0.2.1' 'remote_addrs = 192.0.2.2' 'local_ts = 10.1.0.0/24' 'remote_ts = 10.2.0.0/24')
between_gateways=('mode = transport' 'local_addrs = 192.0.2.1' 'remote_addrs = 192.0.2.2')

# Sun's end. sun_sa SOURCE DESTINATION PROTOCOL SPI MODE ALGORITHM...
sun_sa() {
    ip -n sun xfrm state add src "$1" dst "$2" proto "$3" spi "$4" mode "$5" replay-window 0 "${@:6}"
}
# sun_both PROTOCOL SPI MODE ALGORITHM...: the same both ways.
sun_both() {
    sun_sa 192.0.2.1 192.0.2.2 "$@"
    sun_sa 192.0.2.2 192.0.2.1 "$@"
}
# sun_policy DIRECTION PROTOCOL=MODE...: innermost template first; for the traffic of $selector.
sun_policy() {
    local direction=$1 template src=192.0.2.1 dst=192.0.2.2
    local -a templates=()
    [[ $direction != out ]] || src=192.0.2.2 dst=192.0.2.1
    for template in "${@:2}"; do
        templates+=(tmpl src "$src" dst "$dst" proto "${template%=*}" mode "${template#*=}")
    done
    # shellcheck disable=SC2046  # words on purpose
    ip -n sun xfrm policy add $(sun_selector "$direction") dir "$direction" "${templates[@]}"
}
sun_selector() {
    case $selector-$1 in
        nets-out) echo src 10.2.0.0/24 dst 10.1.0.0/24 ;;
        nets-*) echo src 10.1.0.0/24 dst 10.2.0.0/24 ;;
        gateways-out) echo src 192.0.2.2 dst 192.0.2.1 ;;
        gateways-*) echo src 192.0.2.1 dst 192.0.2.2 ;;
    esac
}
sun_policies() {
    sun_policy in "$@"
    sun_policy out "$@"
    [[ $selector != nets ]] || sun_policy fwd "$@"
}

flush_sun() { ip -n sun xfrm state flush && ip -n sun xfrm policy flush; }

# moon_has TEXT: what `sa list` says there.
moon_has() { xfrmctl moon sa list | tr -s ' ' | grep -qF -- "$1"; }

# expect_listed TEXT: as a line of `sa list`, with packets both ways.
expect_listed() {
    eventually 5 moon_has "$1" || fail "sa list does not say '$1': $(xfrmctl moon sa list)"
    moon_counted received || fail "nothing was received: $(xfrmctl moon sa list --detail)"
    moon_counted sent || fail "nothing was sent: $(xfrmctl moon sa list --detail)"
}
moon_counted() { xfrmctl moon sa list --detail | grep -qE "^  $1 .* [1-9][0-9]* packet"; }

gateways
expect_ping moon fd01::10
expect_ping sun fd02::10
start_xfrmd moon </dev/null

# 1. ESP in tunnel mode, 3DES and AES-CBC, with HMAC-SHA-1-96.
selector=nets
for cipher in "3des-cbc $des3 des3_ede" "aes-128-cbc $aes aes"; do
    read -r name key linux <<<"$cipher"
    change_conf moon <<<"$(manual_conf esp 'direction = bidirectional' 'protocol = esp' 'spi = 256' "${tunnel[@]}" \
        "$authentication" "$(encrypt "$name" "$key")")"
    sun_both esp 256 tunnel auth-trunc 'hmac(sha1)' "$sha" 96 enc "cbc($linux)" "$key"
    sun_policies esp=tunnel
    expect_ping alice 10.2.0.10
    expect_ping bob 10.1.0.10
    expect_listed 'esp manual bidirectional tunnel 192.0.2.1 192.0.2.2 00000100'
    tell "$(xfrmctl moon sa list)"
    flush_sun
done
expect_no_clear

# `sa clear` leaves it.
expect_not xfrmctl moon sa clear esp -y 2>"$out/clear.err"
grep -q 'is a manual SA, which is configuration' "$out/clear.err" || fail "sa clear says: $(<"$out/clear.err")"

# What is deleted comes back, and what is as it was is left alone, whatever its kind.
change_conf moon <<<"$(all_kinds)"
ah_sas() { on moon ip xfrm state | grep -c 'proto ah' || :; }
has_ah_sas() { [[ $(ah_sas) -eq 8 ]]; }
has_ah_sas || fail "$(ah_sas) SAs of AH: $(xfrmctl moon sa list --detail)"
moon_has '7 manual SAs' || fail "not all are listed: $(xfrmctl moon sa list)"
expect_not moon_has failed
on moon ip xfrm state deleteall proto ah
eventually 2 has_ah_sas || fail "deleted SAs did not come back"
expect_no_log moon 'had another|esp.* was gone'
[[ $(grep -c 'ah spi .* was gone; it was put back' "$out/moon.log") -eq 8 ]] || fail "something else was put back"

# 2. One way: what moon sends arrives, and nothing is asked of what comes back.
change_conf moon <<<"$(manual_conf there 'direction = outbound' 'protocol = esp' 'spi = 300' "${tunnel[@]}" \
    "$authentication" "$(encrypt aes-128-cbc "$aes")")"
sun_sa 192.0.2.1 192.0.2.2 esp 300 tunnel auth-trunc 'hmac(sha1)' "$sha" 96 enc 'cbc(aes)' "$aes"
sun_policy in esp=tunnel
sun_policy fwd esp=tunnel
expect_ping alice 10.2.0.10
eventually 5 moon_counted sent || fail "nothing was sent through it"
[[ $(on moon ip xfrm state | grep -c '^src') -eq 1 ]] || fail "more than one SA for one way"
flush_sun

change_conf moon <<<"$(manual_conf back 'direction = inbound' 'protocol = esp' 'spi = 301' "${tunnel[@]}" \
    "$authentication" "$(encrypt aes-128-cbc "$aes")")"
expect_no_ping alice 10.2.0.10 # the answer is not protected
sun_sa 192.0.2.2 192.0.2.1 esp 301 tunnel auth-trunc 'hmac(sha1)' "$sha" 96 enc 'cbc(aes)' "$aes"
sun_policy out esp=tunnel
expect_ping alice 10.2.0.10
eventually 5 moon_counted received || fail "nothing was received through it"
flush_sun

# 3. ESP without encryption, and AH, in tunnel mode.
change_conf moon <<<"$(manual_conf null 'direction = bidirectional' 'protocol = esp' 'spi = 256' "${tunnel[@]}" "$authentication")"
sun_both esp 256 tunnel auth-trunc 'hmac(sha1)' "$sha" 96 enc 'ecb(cipher_null)' ''
sun_policies esp=tunnel
expect_ping alice 10.2.0.10
expect_listed 'ESP:NULL/HMAC_SHA1_96'
flush_sun

change_conf moon <<<"$(manual_conf ah 'direction = bidirectional' 'protocol = ah' 'spi = 256' "${tunnel[@]}" "$authentication")"
sun_both ah 256 tunnel auth-trunc 'hmac(sha1)' "$sha" 96
sun_policies ah=tunnel
expect_ping bob 10.1.0.10
expect_listed 'AH:HMAC_SHA1_96'
eventually 2 carried_packets ah || fail "no AH on the outer link"
flush_sun

# 4. A bundle, ESP in AH, in both modes.
change_conf moon <<<"$(manual_conf bundle 'direction = bidirectional' 'protocol = bundle' 'spi = 256' 'auxiliary_spi = 257' \
    "${tunnel[@]}" "$authentication" "$(encrypt 3des-cbc "$des3")")"
sun_both ah 256 transport auth-trunc 'hmac(sha1)' "$sha" 96
sun_both esp 257 tunnel enc 'cbc(des3_ede)' "$des3"
sun_policies esp=tunnel ah=transport
expect_ping alice 10.2.0.10
expect_listed '192.0.2.2 00000100+00000101'
flush_sun

selector=gateways
change_conf moon <<<"$(manual_conf bundle 'direction = bidirectional' 'protocol = bundle' 'spi = 256' 'auxiliary_spi = 257' \
    "${between_gateways[@]}" "$authentication" "$(encrypt aes-128-cbc "$aes")")"
expect_no_ping moon 192.0.2.2
sun_both ah 256 transport auth-trunc 'hmac(sha1)' "$sha" 96
sun_both esp 257 transport enc 'cbc(aes)' "$aes"
sun_policies esp=transport ah=transport
expect_ping moon 192.0.2.2
expect_listed 'transport 192.0.2.1 192.0.2.2 00000100+00000101'
flush_sun

# 5. ESP and AH in transport mode.
change_conf moon <<<"$(manual_conf esp 'direction = bidirectional' 'protocol = esp' 'spi = 256' "${between_gateways[@]}" \
    "$authentication" "$(encrypt aes-128-cbc "$aes")")"
sun_both esp 256 transport auth-trunc 'hmac(sha1)' "$sha" 96 enc 'cbc(aes)' "$aes"
sun_policies esp=transport
expect_ping moon 192.0.2.2
expect_listed 'transport 192.0.2.1 192.0.2.2 00000100'
flush_sun

change_conf moon <<<"$(manual_conf ah 'direction = bidirectional' 'protocol = ah' 'spi = 256' "${between_gateways[@]}" "$authentication")"
sun_both ah 256 transport auth-trunc 'hmac(sha1)' "$sha" 96
sun_policies ah=transport
expect_ping moon 192.0.2.2
expect_listed 'AH:HMAC_SHA1_96'
flush_sun

# After a crash the next process takes over what is there, with the keys of its own configuration.
sun_both ah 256 transport auth-trunc 'hmac(sha1)' "$sha" 96
sun_policies ah=transport
crash moon
expect_ping moon 192.0.2.2
restart moon
expect_ping moon 192.0.2.2
expect_listed 'AH:HMAC_SHA1_96'
flush_sun

# Taken out of the configuration, or with the daemon's end, they are gone.
change_conf moon </dev/null
expect_empty_kernel moon
expect_ping moon 192.0.2.2
change_conf moon <<<"$(manual_conf ah 'direction = bidirectional' 'protocol = ah' 'spi = 256' "${between_gateways[@]}" "$authentication")"
stop moon
expect_empty_kernel moon
pass
