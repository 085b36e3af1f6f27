# Asks two daemons the same by vici and keeps both answers, to be compared. To be sourced.
#   "model" is charon 6.0, "moon" is whom it is compared with; each has a peer of its own, at the same addresses.
# shellcheck shell=bash

asked=()
mkdir -p "$out"/{model,moon}

# enter_client HOST 5.9|6.0: that swanctl can be run there.
enter_client() {
    local root=/run/$1/client
    [[ -e /run/$1/strongswan.conf ]] || strongswan_conf >"/run/$1/strongswan.conf"
    mkdir -p "$root" "/run/$1/swanctl"/{x509{,ca,ocsp,aa,ac,crl},pubkey,private,rsa,ecdsa,bliss,pkcs8,pkcs12}
    mount --bind "$lab_peers/strongswan-$2" "$root"
    name_protocols "$1" "$root"
    mount --bind "/run/$1" "$root/run"
    mount --bind /dev "$root/dev"
    mount --bind /proc "$root/proc"
}

# ask_one HOST ARGUMENT...: that swanctl, with the daemon on that host.
ask_one() {
    timeout 30 env --default-signal=INT "${strongswan_env[@]}" chroot "/run/$1/client" /usr/sbin/swanctl "${@:2}" \
        --uri unix:///run/charon.vici </dev/null
}

# ask_vici HOST WORD...: the small client's words, see vici.py.
ask_vici() { timeout 30 python3 "$lib/vici.py" "/run/$1/charon.vici" "${@:2}" </dev/null; }

# ask_frames HOST: packets and messages that are none.
ask_frames() { timeout 60 env PYTHONDONTWRITEBYTECODE=1 python3 "$lib/vici_frames.py" "/run/$1/charon.vici" </dev/null; }

# keep STEP COMMAND HOST...: what the command says of that host goes to the step's file.
keep() {
    local status=0
    "$2" "${@:3}" >"$out/$3/$1" 2>"/run/$3/errors" || status=$?
    sed 's/^/error: /' "/run/$3/errors" >>"$out/$3/$1"
    echo "status $status" >>"$out/$3/$1"
}

# ask STEP ARGUMENT...: the same swanctl command with both.
ask() {
    local host
    for host in model moon; do keep "$1" ask_one "$host" "${@:2}"; done
    asked+=("$1")
}

# ask_both STEP ARGUMENT...: as text and raw. For what changes nothing.
ask_both() {
    ask "$1.text" "${@:2}"
    ask "$1.raw" "${@:2}" --raw
}

# call STEP WORD...: the same request of the small client's, which shows each element.
call() {
    local host
    for host in model moon; do keep "$1.vici" ask_vici "$host" "${@:2}"; done
    asked+=("$1.vici")
}

# start_watching NAME HOST ARGUMENT...: a swanctl that goes on until end_watching.
start_watching() {
    env --default-signal=INT "${strongswan_env[@]}" chroot "/run/$2/client" /usr/sbin/swanctl "${@:3}" \
        --uri unix:///run/charon.vici >"$out/$2/$1" 2>/dev/null &
    watching+=("$! $out/$2/$1")
}
watching=()
end_watching() {
    local entry
    for entry in "${watching[@]}"; do
        kill -INT "${entry%% *}" 2>/dev/null || :
        local status=0
        wait "${entry%% *}" || status=$?
        echo "status $status" >>"${entry#* }"
    done
    watching=()
}

# compare: fails with the differences that swanctl_differences.md does not have.
compare() {
    local status=0
    python3 "$lib/vici_compare.py" "$lib/swanctl_differences.md" "$out/model" "$out/moon" "${asked[@]}" >"$out/differences.txt" || status=$?
    tail -n 1 "$out/differences.txt"
    [[ $status -eq 0 ]] || fail "differences that nobody has explained: $out/differences.txt"
}
