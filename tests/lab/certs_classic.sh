# The signatures from before RFC 7427, with a peer that has no other: RSA with SHA-1 (RFC 7296 3.8), ECDSA (RFC 4754).
#   certs_classic.sh PEER INITIATOR KIND: as of certs.sh; PEER is a strongSwan
# shellcheck shell=bash

# shellcheck disable=SC2034  # read by daemons.sh
STRONGSWAN_CONF_EXTRA='signature_authentication = no'
# shellcheck source=tests/lab/certs.sh
source "$(dirname "${BASH_SOURCE[0]}")/certs.sh"
