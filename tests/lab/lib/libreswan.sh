# libreswan on a host: pluto in the foreground, whack to speak to it, and the tunnel of tunnel.sh as ipsec.conf has it.
# shellcheck shell=bash

declare -A libreswan_version=()

# start_libreswan HOST 4|5 <<conf: that libreswan, as Debian packages it, with this ipsec.conf. Every pre-shared key is
# "laboratory"; LIBRESWAN_SECRETS: more lines of ipsec.secrets; LIBRESWAN_NUMBERS=rfc9867: see give_rfc9867_numbers.
start_libreswan() {
    cat >"/run/$1/ipsec.conf"
    printf '%s\n' ': PSK "laboratory"' "${LIBRESWAN_SECRETS:-}" >"/run/$1/ipsec.secrets"
    libreswan_version[$1]=$2
    enter_peer "$1" "libreswan-$2"
    [[ ${LIBRESWAN_NUMBERS:-} != rfc9867 ]] || give_rfc9867_numbers "$1"
    mkdir -p "/run/$1/nss"
    chroot "/run/$1/root" certutil -N -d sql:/run/nss --empty-password
    [[ -z ${ca:-} ]] || import_credentials "$1"
    # shellcheck disable=SC2034  # read by daemons.sh
    daemon_kind[$1]=libreswan
    launch "$1"
}

# give_rfc9867_numbers HOST: libreswan 5.2 does what RFC 9867 says for IKE_INTERMEDIATE, with the numbers that the drafts had
# for its two notifies, 50208 and 50209 (private use). Its copy on this host has the RFC's, in reverse order: its log calls
# each by the other one's name. Nothing else in it changes.
give_rfc9867_numbers() {
    python3 - "/run/$1/root/usr/libexec/ipsec/pluto" "/run/$1/pluto" <<'END' || fail "pluto's numbers are not where they were"
import struct, sys

old, new = sys.argv[1:]
code = open(old, "rb").read()
names = struct.pack("<QQ", 50208, 50209)  # from, to: eight octets each; in the code they have four
parts = code.split(names)
counts = []
for draft, rfc in ((50208, 16446), (50209, 16445)):  # PPK_IDENTITY_KEY, USE_PPK_INT
    counts.append(sum(part.count(struct.pack("<I", draft)) for part in parts))
    parts = [part.replace(struct.pack("<I", draft), struct.pack("<I", rfc)) for part in parts]
if len(parts) != 2 or counts != [3, 5]:
    sys.exit(1)
open(new, "wb").write(struct.pack("<QQ", 16445, 16446).join(parts))
END
    chmod 755 "/run/$1/pluto"
    mount --bind "/run/$1/pluto" "/run/$1/root/usr/libexec/ipsec/pluto"
}

# import_credentials HOST: its certificate and key, and the root, of certificates.sh.
import_credentials() {
    openssl pkcs12 -export -in "$ca/$1.pem" -inkey "$ca/$1.key" -name "$1" -passout pass: -out "/run/$1/own.p12"
    cp "$ca/root.pem" "/run/$1/root.pem"
    chroot "/run/$1/root" pk12util -i /run/own.p12 -d sql:/run/nss -W '' -K '' &&
        chroot "/run/$1/root" certutil -A -d sql:/run/nss -n root -t CT,, -i /run/root.pem || fail "no credentials for $1"
}

# What has been deleted stays so (--impair revival); by itself pluto would initiate again what it once was told to.
launch_libreswan() {
    exec nsenter --net="/run/netns/$1" -- chroot "/run/$1/root" /usr/libexec/ipsec/pluto --nofork --stderrlog --use-xfrm \
        --no-dnssec --impair revival --config /run/ipsec.conf --secretsfile /run/ipsec.secrets --nssdir /run/nss --rundir /run
}

# whack HOST ARGUMENT...
whack() { nsenter --net="/run/netns/$1" -- chroot "/run/$1/root" /usr/libexec/ipsec/whack --rundir /run "${@:2}"; }

# Pluto reads its connections by itself, a while after it has opened its socket, and its secrets last of all.
ready_libreswan() { [[ -S /run/$1/pluto.ctl ]] && whack "$1" --listpsks 2>/dev/null | grep -q ' PSK '; }

up_libreswan() { whack "$1" --initiate --name "$2"; }
clear_libreswan() { whack "$1" --terminate --name net >"/run/$1/clear.log" || :; }
configure_libreswan() {
    cat >"/run/$1/ipsec.conf"
    chroot "/run/$1/root" /usr/libexec/ipsec/addconn --config /run/ipsec.conf --ctlsocket /run/pluto.ctl net \
        >"/run/$1/addconn.log" 2>&1
}

# rekey_libreswan HOST child|ike
rekey_libreswan() {
    local kind=$2
    [[ $2 != child || ${libreswan_version[$1]} != 4 ]] || kind=ipsec
    whack "$1" "--rekey-$kind" --name net
}

# count_libreswan HOST ike|child
count_libreswan() {
    local state=ESTABLISHED_IKE_SA
    [[ $2 == ike ]] || state=ESTABLISHED_CHILD_SA
    whack "$1" --showstates | grep -c "$state"
}

# libreswan_proposals PROPOSALS: swanctl's names as libreswan calls them.
libreswan_proposals() {
    sed -E 's/aes([0-9]*)gcm16/aes_gcm\1/g; s/(prf)?sha(256|384|512)/sha2_\2/g; s/x25519/dh31/g; s/ecp256/dh19/g
        s/ecp521/dh21/g; s/-(dh|modp)/;\1/g' <<<"$1"
}

# libreswan_conf HOST [KEY=VALUE...]: ipsec.conf for that gateway, with tunnel_conf's keys; conn="LINES" and child="LINES"
# are lines of ipsec.conf. auth: psk, or what `authby` is to be, with the host's certificate.
libreswan_conf() {
    local "${tunnel_keys[@]}" pfs=no authby=secret
    tunnel_words "$@"
    [[ $auth == psk ]] || authby=$auth$'\n'"    leftcert=$1"$'\n    leftsendcert=always'
    [[ $psk == laboratory ]] || fail "libreswan_conf knows no other secret"
    [[ $esp != *-modp* && $esp != *-ecp* && $esp != *-x25519* ]] || pfs=yes
    cat <<END
conn net
    left=$local_addr
    right=$remote_addr
    $([[ $mode == transport ]] || printf 'leftsubnet=%s\n    rightsubnet=%s' "$local_net" "$remote_net")
    ${id:+leftid=@$id}
    ${peer_id:+rightid=@$peer_id}
    leftupdown=%disabled
    authby=$authby
    ikev2=insist
    type=$mode
    pfs=$pfs
    auto=add
    ${ike:+ike=$(libreswan_proposals "$ike")}
    ${esp:+esp=$(libreswan_proposals "$esp")}
    ${encap:+encapsulation=$encap}
    $conn
    $child
END
}

# libreswan_limit child|ike [SECONDS]: the word that has it rekey after two seconds, or those, and again and again. Pluto
# waits half of the margin longer where it responded.
libreswan_limit() {
    local life=$((${2:-2} + 2)) key
    case $1 in
        child) key=child=salifetime ;;
        ike) key=conn=ikelifetime ;;
        *) fail "no libreswan rekeys by $1 here" ;;
    esac
    printf '%s=%ds\n    rekeymargin=2s\n    rekeyfuzz=0%%\n' "$key" "$life"
}
