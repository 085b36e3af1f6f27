# What scripts/demo --swanctl shows: strongSwan is stopped on a gateway (moon), xfrmd is started with the same files, and the
# tunnel comes back; swanctl and whatever speaks to vici go on as before.
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"
# shellcheck source=tests/lab/lib/recording.sh
source "$lib/recording.sh"

show() { sed 's/^/        | /'; }
# moon# swanctl ...: Debian's binary, whoever answers.
shown() {
    tell "moon# swanctl $*"
    ask_one moon "$@" >"$out/shown.txt" 2>&1 || fail "swanctl $*: $(<"$out/shown.txt")"
    show <"$out/shown.txt"
}
conf_of() { cat "$lab_project/tests/lab/setups/net2net_cert/$1.conf"; }

gateways
make_ca root ecdsa-256
for name in moon sun; do
    make_certificate "$name" ecdsa-256 root
    put "$name" strongswan x509 "$ca/$name.pem"
    put "$name" strongswan x509ca "$ca/root.pem"
    put "$name" strongswan private "$ca/$name.key"
done
start_strongswan sun 6.0 <<<"$(conf_of sun)"
start_strongswan moon 6.0 <<<"$(conf_of moon)"
enter_client moon 6.0
files() { (cd /run/moon/swanctl && find . -type f -exec sha256sum {} + | sort); }
before=$(files)

tell 'charon serves the gateway'
shown --version --daemon
shown --initiate --child net
expect_ping alice 10.2.0.10
shown --list-sas

tell 'moon# systemctl stop strongswan; systemctl start xfrmd'
stop moon
start_xfrmd moon </dev/null
[[ $(files) == "$before" ]] || fail "the files are not the same"

shown --load-all --noprompt
shown --version --daemon
shown --list-conns
shown --initiate --child net
expect_ping alice 10.2.0.10
expect_ping bob 10.1.0.10
expect_no_clear
shown --list-sas
[[ $(grep -c 'net: #.*INSTALLED, TUNNEL' "$out/shown.txt") -eq 1 ]] || fail "swanctl --list-sas does not show the tunnel"

shown --terminate --ike gw-gw
expect_empty_kernel moon sun
pass
