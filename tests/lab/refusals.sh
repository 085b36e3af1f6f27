# What does not fit is refused, and both sides say what it was: another key, other proposals, other selectors.
#   refusals.sh PEER INITIATOR
# shellcheck shell=bash

# refused: the attempt fails, and nothing is left in the kernels.
refused() {
    expect_not up "$initiator" net
    expect_empty_kernel moon sun
}

initiator=$2
gateways
start_pair "$1"

change moon psk=other
refused
if [[ $initiator == moon ]]; then
    expect_log moon 'peer refused our authentication'
else
    expect_log moon 'authentication failed: 192.0.2.2 has another pre-shared key'
fi

change moon ike=aes256-sha512-ecp384
change sun ike=aes128-sha256-x25519
refused
if [[ $initiator == moon ]]; then
    expect grep -q 'AES_CBC_256' /run/moon/up.log
    expect_log moon 'no common proposal: peer answered NO_PROPOSAL_CHOSEN to our IKE:AES_CBC_256'
else
    expect_log moon 'no common proposal: ours: IKE:AES_CBC_256.*peer offered: IKE:AES_CBC_128'
fi

# The IKE SA stands, the child does not.
change moon esp=aes256gcm16
change sun esp=aes128-sha256
refused
expect_log moon 'IKE SA established'
expect_log moon 'no common proposal.*ESP:AES_GCM_16_256'
clear moon

change moon
change sun inner=6
refused
expect_log moon 'no common traffic selectors.*10.1.0.0/24'
clear moon

# After all that a tunnel that fits still works.
change sun
expect up "$initiator" net
expect_tunnel
pass
