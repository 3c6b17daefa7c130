# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# strongSwan as an IPsec client (charon-systemd without systemd). It always uses NAT traversal
# where it finds a NAT: it has no option against it, and libreswan, as its gateway, offers it.

swan_conf() { # NODE
	cat <<-EOT
		connections {
			$1 {
				local_addrs = $(outer "$1")
				remote_addrs = $SERVER
				version = 2
				mobike = no
				proposals = aes128-sha1-modp1536
				local {
					auth = psk
					id = fqdn:$1
				}
				remote {
					auth = psk
					id = fqdn:gateway
				}
				children {
					$1 {
						local_ts = $(inner "$1")/32
						remote_ts = $INNER_SERVER/32
						esp_proposals = aes128-sha1
					}
				}
			}
		}
		secrets {
			ike-all {
				secret = "a secret that all of them share"
			}
		}
	EOT
}

# swan NODE: a strongSwan client of the usual gateway, ready
swan() {
	local dir=$LAB/swan-$1
	mkdir -p "$dir"
	cat >"$dir/strongswan.conf" <<-EOT
		charon-systemd {
			install_routes = no
			load = random nonce aes sha1 hmac kdf gmp pubkey kernel-netlink socket-default vici
			filelog {
				log {
					path = $dir/log
					default = 1
					flush_line = yes
				}
			}
		}
		swanctl {
			load = random pem
		}
	EOT
	swan_conf "$1" >"$dir/swanctl.conf"
	launch "$1" env STRONGSWAN_CONF="$dir/strongswan.conf" charon-systemd </dev/null >"$dir/out" 2>&1
	wait_for 30 swanctl "$1" --load-all --file "$dir/swanctl.conf" ||
		bail "charon on $1 does not start: $(tail -n 5 "$dir/log" "$dir/out")"
}

swanctl() { # NODE OPTION...
	at "$1" env STRONGSWAN_CONF="$LAB/swan-$1/strongswan.conf" swanctl "${@:2}"
}

# swan_dial NODE: bring the tunnel up, wait for it
swan_dial() {
	swanctl "$1" --initiate --child "$1" --timeout 30
}
