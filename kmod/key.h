/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass: how a packet is recognised. */
#ifndef _VPNPASS_KEY_H
#define _VPNPASS_KEY_H

#include <linux/netfilter.h>
#include <linux/types.h>

struct nf_hook_state;

/**
 * enum vpnpass_kind - what a binding recognises
 * @VPNPASS_DATA: a data packet, as it arrives (before NAT)
 * @VPNPASS_ERROR: a data packet quoted in an ICMP error, as the router that
 *	quotes it saw it (after NAT)
 * @VPNPASS_CONTROL: the control flow itself, ports as id
 * @VPNPASS_GROUP: all control flows between a server and one address of ours
 * @VPNPASS_REPLY: what a server sends back to a control flow, ports as id
 * @VPNPASS_CONNECTION: a packet that names a connection of control flows (L2TP)
 * @VPNPASS_SESSION: a packet that names a session of such a connection (L2TPv3)
 * @VPNPASS_ERROR_CONNECTION: the former, quoted as @VPNPASS_ERROR is
 * @VPNPASS_IPV6: flag, the addresses are IPv6
 */
enum vpnpass_kind {
	VPNPASS_DATA,
	VPNPASS_ERROR,
	VPNPASS_CONTROL,
	VPNPASS_GROUP,
	VPNPASS_REPLY,
	VPNPASS_CONNECTION,
	VPNPASS_SESSION,
	VPNPASS_ERROR_CONNECTION,
	VPNPASS_IPV6 = 0x80,
};

/**
 * struct vpnpass_key - how a packet is recognised, no holes
 * @src: source address; IPv4 in the first word, the others zero
 * @dst: destination address
 * @id: what the header carries: GRE call id, ESP SPI, L2TP id, ports
 * @zone: conntrack zone of both directions, 0 without one
 * @l4proto: IP protocol of the packet
 * @kind: enum vpnpass_kind with VPNPASS_IPV6
 */
struct vpnpass_key {
	union nf_inet_addr src;
	union nf_inet_addr dst;
	__be32 id;
	u16 zone;
	u8 l4proto;
	u8 kind;
};

/**
 * struct vpnpass_packet - where a packet's parts are
 * @state: hook state
 * @off: offset of the data protocol's header from skb->data
 * @ipv6: IPv6
 * @l4proto: IP protocol
 * @zone: conntrack zone that the ruleset chose for this packet
 */
struct vpnpass_packet {
	const struct nf_hook_state *state;
	unsigned int off;
	bool ipv6;
	u8 l4proto;
	u16 zone;
};

#endif /* _VPNPASS_KEY_H */
