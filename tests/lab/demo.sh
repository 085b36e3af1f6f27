# What scripts/demo shows: a tunnel between xfrmd (moon) and strongSwan 6.0 (sun), from nothing to nothing.
# shellcheck shell=bash

show() { sed 's/^/        | /'; }

gateways
start_pair 6.0 ike=aes256gcm16-prfsha384-x25519 esp=aes256gcm16

tell 'moon# xfrmctl conn up net'
xfrmctl moon conn up net | show
tell 'alice# ping 10.2.0.10   (alice is behind moon, bob behind sun)'
on alice ping -n -c 3 -i 0.2 10.2.0.10 | show
expect_ping bob 10.1.0.10
tell 'what crossed the link between the gateways:'
packets 'udp or esp' | head -n 8 | show
expect_no_clear

tell 'moon# xfrmctl sa list'
xfrmctl moon sa list | show
tell 'sun# swanctl --list-sas'
swanctl sun --list-sas | show

tell 'moon# xfrmctl sa clear --all -y'
xfrmctl moon sa clear --all -y | show
for name in moon sun; do
    tell "$name# ip xfrm state; ip xfrm policy   (less what sockets carry)"
    eventually 5 kernel_is_empty "$name" || :
    kernel_content "$name" | show
done
expect_empty_kernel moon sun
pass
