# The stock swanctl as xfrmd's client: each verb, as text and raw, answered element by element as charon 6.0 answers it in the
# same situation, but for what lib/swanctl_differences.md explains.
#   swanctl.sh CLIENT [SUBJECT]   CLIENT: 5.9 or 6.0, whose swanctl is used; SUBJECT: xfrmd (where nothing is said), or 6.0,
#   which shows that the comparison says of nothing that it differs from itself
# shellcheck shell=bash

# shellcheck source=tests/lab/lib/certificates.sh
source "$lib/certificates.sh"
# shellcheck source=tests/lab/lib/recording.sh
source "$lib/recording.sh"

client=$1 subject=${2:-xfrmd}

# conf HOST LOCAL REMOTE: the operator's file; the peer's is the mirror image.
conf() {
    local me=moon peer=sun me_net=10.1.0.0/24 peer_net=10.2.0.0/24
    [[ $1 != sun ]] || me=sun peer=moon me_net=10.2.0.0/24 peer_net=10.1.0.0/24
    cat <<END
connections {
    gw {
        version = 2
        local_addrs = $2
        remote_addrs = $3
        proposals = aes128gcm16-prfsha256-x25519
        dpd_delay = 30s
        local {
            auth = psk
            id = $me.lab.example
        }
        remote {
            auth = psk
            id = $peer.lab.example
        }
        children {
            net {
                local_ts = $me_net
                remote_ts = $peer_net
                esp_proposals = aes128gcm16-x25519
            }
            two {
                esp_proposals = aes256-sha256
                rekey_time = 30m
            }
            deny {
                mode = drop
                local_ts = 10.9.0.0/24
                remote_ts = 10.8.0.0/24
            }
            allow {
                mode = pass
                local_ts = 10.9.1.0/24[udp/domain]
                remote_ts = 10.8.1.0/24[udp/1024-2048]
            }
        }
    }
    cert {
        version = 2
        local_addrs = $2
        remote_addrs = $3
        proposals = aes256-sha384-ecp384
        unique = never
        local {
            auth = pubkey
            certs = $me.pem
            id = $me.lab.example
        }
        remote {
            auth = pubkey
            id = $peer.lab.example
        }
        children {
            host {
                mode = transport
                local_ts = dynamic[tcp]
                remote_ts = dynamic[tcp]
                esp_proposals = aes128-sha256
                dpd_action = restart
                close_action = trap
            }
        }
    }
    silent {
        version = 2
        local_addrs = $2
        remote_addrs = 192.0.2.77
        local {
            auth = psk
        }
        remote {
            auth = psk
        }
        children {
            silent {
            }
        }
    }
    stranger {
        version = 2
        local_addrs = $2
        remote_addrs = $3
        proposals = aes128gcm16-prfsha256-x25519
        local {
            auth = psk
            id = $me.lab.example
        }
        remote {
            auth = psk
            id = nobody.lab.example
        }
        children {
            stranger {
            }
        }
    }
}
pools {
    office {
        addrs = 10.3.0.0/24
        dns = 10.2.0.53, 10.2.0.54
    }
    office6 {
        addrs = fd03::/120
    }
}
authorities {
    lab {
        cacert = root.pem
        crl_uris = http://192.0.2.99/root.crl
    }
}
secrets {
    ike-gw {
        secret = laboratory
    }
}
END
}

pair() {
    host "$1" "$2"
    ip link add peer netns "$1" type veth peer name peer netns "$2"
    interface_commands peer 192.0.2.1/24 | ip -n "$1" -batch -
    interface_commands peer 192.0.2.2/24 | ip -n "$2" -batch -
    ip -n "$1" addr add 10.1.0.1/24 dev lo
    ip -n "$2" addr add 10.2.0.1/24 dev lo
}

# credentials_of HOST NAME: what swanctl is to load there.
credentials_of() {
    local folder=/run/$1/swanctl
    cp "$ca/$2.pem" "$folder/x509/"
    cp "$ca/root.pem" "$folder/x509ca/"
    cp "$ca/$2.key" "$folder/private/"
}

operator_files() {
    conf moon 192.0.2.1 192.0.2.2 >"/run/$1/swanctl/swanctl.conf"
    credentials_of "$1" moon
}

start_subject() {
    if [[ $subject == xfrmd ]]; then
        start_xfrmd moon </dev/null
    else
        start_strongswan moon "$subject" </dev/null
    fi
}


# Everything that only asks.
lists() {
    local verb
    for verb in conns sas pols certs authorities pools; do ask_both "$1-list-$verb" "--list-$verb"; done
    call "$1-list-conns" stream list-conns list-conn
    call "$1-list-sas" stream list-sas list-sa
    ask_both "$1-list-leases" --list-pools --leases
    call "$1-get-conns" call get-conns
    call "$1-get-shared" call get-shared
    call "$1-get-keys" call get-keys
    call "$1-get-authorities" call get-authorities
    ask_both "counters-$1" --counters
    ask_both "counters-$1-all" --counters --all
    ask_both "stats-$1" --stats
}

errors() {
    ask_both "$1-initiate-child" --initiate --child nope --timeout 2
    ask_both "$1-initiate-ike" --initiate --ike nope --timeout 2
    ask_both "$1-initiate-nothing" --initiate
    ask_both "$1-terminate" --terminate --ike nope
    ask_both "$1-terminate-nothing" --terminate
    ask_both "$1-rekey" --rekey --child nope
    ask_both "$1-rekey-nothing" --rekey
    ask_both "$1-redirect" --redirect --ike nope --gateway 192.0.2.9
    ask_both "$1-redirect-nothing" --redirect
    ask_both "$1-install" --install --child nope
    ask_both "$1-uninstall" --uninstall --child nope
    ask_both "counters-$1-name" --counters --name nope
    call "$1-no-command" call no-such-command
    call "$1-no-event" stream list-sas no-such-event
    call "$1-unload-conn" call unload-conn name=nope
    call "$1-unload-key" call unload-key id=00
    call "$1-load-conn-key" call load-conn x.nonsense=1
    call "$1-load-conn-value" call load-conn x.children.c.mode=what
    call "$1-load-shared" call load-shared type=ike
    call "$1-load-cert" call load-cert type=X509 flag=NONE data=abc
    call "$1-load-key" call load-key type=rsa data=abc
    call "$1-load-pool" call load-pool p.addrs=nonsense
    call "$1-load-authority" call load-authority a.nonsense=1
}

pair model model_sun
pair moon moon_sun
make_ca root ecdsa-256
make_certificate sun ecdsa-256 root
make_certificate moon ecdsa-256 root
strongswan_plugins+=' counters'
for peer in model_sun moon_sun; do
    mkdir -p "/run/$peer/swanctl"/{x509{,ca},private}
    credentials_of "$peer" sun
    start_strongswan "$peer" 6.0 <<<"$(conf sun 192.0.2.2 192.0.2.1 | sed '/^pools {/,/^}/d; /^authorities {/,/^}/d')"
done
start_strongswan model 6.0 </dev/null
start_subject
for one in model moon; do enter_client "$one" "$client"; done

tell "nothing is loaded"
ask_both version --version --daemon
ask_both algs --list-algs
ask_both flush --flush-certs
ask_both settings --reload-settings
lists none
errors none
for one in model moon; do keep frames ask_frames "$one"; done
asked+=(frames)

tell "an operator's files are loaded"
for one in model moon; do operator_files "$one"; done
ask load-all.text --load-all --noprompt
ask load-again.raw --load-all --noprompt --raw
ask load-creds.raw --load-creds --noprompt --raw
ask load-conns.text --load-conns
ask load-pools.text --load-pools
ask load-authorities.text --load-authorities
lists loaded
errors loaded
ask_both list-certs-ca --list-certs --type x509ca

tell "SAs come, are rekeyed and go"
for one in model moon; do
    start_watching monitor.text "$one" --monitor-sa
    start_watching monitor.raw "$one" --monitor-sa --raw
    start_watching log.text "$one" --log
done
asked+=(monitor.text monitor.raw log.text)
ask initiate-net.text --initiate --child net --timeout 10
ask initiate-net-again.text --initiate --child net --timeout 10
lists up
ask_both up-filter-ike --list-sas --ike gw
ask_both up-filter-nobody --list-sas --ike nobody
ask_both up-filter-child --list-sas --child net
ask_both up-filter-id --list-sas --ike-id 9999
call up-filter-child stream list-sas list-sa child=nobody
for one in model moon; do on "$one" ping -n -q -c 3 -i 0.2 -W 2 -I 10.1.0.1 10.2.0.1 >/dev/null || tell "no echo on $one"; done
call used-list-sas stream list-sas list-sa
ask_both used-list-sas --list-sas
ask initiate-two.raw --initiate --child two --ike gw --timeout 10 --loglevel -1 --raw
ask initiate-host.text --initiate --child host --timeout 10
# (The order of IKE SAs means nothing.)
ask_both two-list-gw --list-sas --ike gw
ask_both two-list-cert --list-sas --ike cert
ask rekey-net.raw --rekey --child net --raw
ask rekey-cert.text --rekey --ike cert
# charon shows a child that was rekeyed for some seconds more.
settled() { [[ $(ask_one "$1" --list-sas | grep -cE 'DELET|REKEY|active:') -eq 0 ]]; }
for one in model moon; do eventually 15 settled "$one" || tell "$one does not settle"; done
ask_both rekeyed-list-gw --list-sas --ike gw
ask_both rekeyed-list-cert --list-sas --ike cert
call rekeyed-list-gw stream list-sas list-sa ike=gw
ask_both counters-rekeyed --counters --name gw
ask terminate-two.text --terminate --child two
ask terminate-cert.raw --terminate --ike cert --loglevel -1 --raw
ask_both terminated-list-sas --list-sas

tell "what does not succeed"
ask initiate-silent.text --initiate --child silent --timeout 1
call initiate-silent-ike call initiate ike=silent timeout=500
call connecting-list-sas stream list-sas list-sa ike=silent
ask terminate-silent.raw --terminate --ike silent --force --loglevel -1 --raw
ask initiate-stranger.text --initiate --child stranger --timeout 5

tell "traps and shunts"
for child in net deny allow; do
    ask "install-$child.text" --install --child "$child"
    ask "install-$child-again.text" --install --child "$child"
done
ask_both pols --list-pols
ask_both pols-trap --list-pols --trap
ask_both pols-drop --list-pols --drop
ask_both pols-pass --list-pols --pass
ask_both pols-child --list-pols --child net
for child in net deny allow; do
    ask "uninstall-$child.text" --uninstall --child "$child"
    ask "uninstall-$child-again.text" --uninstall --child "$child"
done
ask_both pols-none --list-pols

tell "the end"
ask counters-reset.text --counters --reset --all
ask_both terminate-gw --terminate --ike gw
end_watching
for one in model moon; do
    sed -i 's/^    gw {/    gw2 {/; /^pools {/,/^}/d; /^authorities {/,/^}/d' "/run/$one/swanctl/swanctl.conf"
done
ask reload.text --load-all --noprompt
ask_both reloaded-list-conns --list-conns
for one in model moon; do : >"/run/$one/swanctl/swanctl.conf"; done
ask unload.raw --load-all --noprompt --raw
lists unloaded
compare
pass
