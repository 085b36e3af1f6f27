# Every algorithm, once, with packets through the kernel.
#   algorithms.sh PEER INITIATOR
# shellcheck shell=bash

# IKE proposal and ESP proposal, a pair a line.
suites='
aes128-sha1-modp1024            aes128-sha1
aes192-sha384-modp1536          aes192-sha384
aes256-md5-modp3072             aes256-md5
3des-sha1-modp2048s256          3des-sha1
aes128ctr-sha256-ecp384         aes128ctr-sha256
aes192ctr-aesxcbc-ecp256bp      aes192ctr-aesxcbc
aes256ctr-aescmac-ecp384bp      aes256ctr-aescmac
aes128gcm8-prfsha1-ecp512bp     aes128gcm8
aes192gcm12-prfaesxcbc-x448     aes192gcm12
aes256gcm16-prfaescmac-modp4096 null-sha256
aes128ccm8-prfsha256-modp1024s160   aes128ccm8
aes192ccm12-prfsha384-modp2048s224  aes192ccm12
aes256ccm16-prfsha512-ecp256    aes256ccm16
'

gateways
start_pair "$1"
while read -r ike esp; do
    [[ -n $ike ]] || continue
    change sun ike="$ike" esp="$esp"
    change moon ike="$ike" esp="$esp"
    tell "$ike $esp"
    expect up "$2" net
    expect_ping alice 10.2.0.10
    clear "$2"
    expect_empty_kernel moon sun
done <<<"$suites"
expect_no_clear
pass
