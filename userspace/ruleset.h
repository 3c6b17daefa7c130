/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: the firewall's rules as nft shows them, and what they do to a packet. */
#ifndef VPNPASS_RULESET_H
#define VPNPASS_RULESET_H

#include <jansson.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

/**
 * struct ruleset - all rules
 * @root: nft's document, NULL if it can't be read
 * @list: objects in it
 * @why: why it can't be read
 * @legacy: there are rules of the old iptables too, which nft does not show
 */
struct ruleset {
	json_t *root;
	json_t *list;
	const char *why;
	bool legacy;
};

/**
 * struct packet - a packet, as far as it is known
 * @ip6: of IPv6, not IPv4
 * @l4: protocol
 * @sport: source port, 0 if it has none or it is not known
 * @dport: destination port, likewise
 * @state: what "ct state" says
 * @iif: where it came from, "" if it is not known
 * @oif: where it goes, likewise
 * @saddr: IPv4 source, in host order, 0 if it is not known
 * @daddr: destination, likewise
 */
struct packet {
	bool ip6;
	unsigned int l4;
	unsigned int sport;
	unsigned int dport;
	const char *state;
	char iif[IFNAMSIZ];
	char oif[IFNAMSIZ];
	uint32_t saddr;
	uint32_t daddr;
};

enum tri { NO, MAYBE, YES };

/**
 * struct fate - what chains do to a packet
 * @drop: they drop it
 * @rule: the rule that does, NULL if it is the chain's policy
 * @chain: its chain
 * @nat: they translate its source
 * @nat_ports: to ports that a rule names
 * @notrack: it is not tracked
 * @notrack_rule: by this rule
 */
struct fate {
	enum tri drop;
	const json_t *rule;
	const json_t *chain;
	enum tri nat;
	bool nat_ports;
	enum tri notrack;
	const json_t *notrack_rule;
};

void ruleset_read(struct ruleset *rs);
void ruleset_free(struct ruleset *rs);
const char *ruleset_string(const json_t *obj, const char *key);
bool ruleset_has(const json_t *rule, const char *statement);
void ruleset_fate(const struct ruleset *rs, const char *hook, const struct packet *p,
		  struct fate *fate);

/* For ruleset.c: does a match of a rule fit, and what is in a named set or map? */
enum tri rulematch(const struct ruleset *rs, const json_t *rule, const json_t *match,
		   const struct packet *p);
enum tri rulematch_value(const struct ruleset *rs, const json_t *rule, const json_t *left,
			 const json_t *right, const struct packet *p);
const json_t *rulematch_elements(const struct ruleset *rs, const json_t *rule, const char *name);

#endif /* VPNPASS_RULESET_H */
