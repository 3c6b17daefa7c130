// SPDX-License-Identifier: GPL-2.0
/* vpnpass doctor: what the firewall's rules do to the packets of the protocols. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "doctor.h"
#include "ruleset.h"
#include "sysfs.h"

#define PROTO_L2TP	115

/*
 * struct flow - packets of a protocol that a router forwards
 * @proto: protocol
 * @name: for people
 * @match: for nft
 * @l4: protocol of IP
 * @port: at the server, 0 for none
 * @state: of the first packet out, to conntrack
 * @nat: the rules decide on its translation
 * @severity: of its being dropped
 */
static const struct flow {
	unsigned int proto;
	const char *name;
	const char *match;
	unsigned int l4;
	unsigned int port;
	const char *state;
	bool nat;
	enum severity severity;
} flows[] = {
	{ VPNPASS_PROTO_PPTP, "TCP to port 1723", "tcp dport 1723", IPPROTO_TCP, 1723, "new",
	  true, SEV_FAIL },
	{ VPNPASS_PROTO_PPTP, "GRE", "meta l4proto gre", IPPROTO_GRE, 0, "related", false,
	  SEV_FAIL },
	{ VPNPASS_PROTO_L2TP, "UDP to port 1701", "udp dport 1701", IPPROTO_UDP, 1701, "new",
	  true, SEV_FAIL },
	{ VPNPASS_PROTO_L2TP, "IP protocol 115 (L2TPv3 only)", "meta l4proto 115", PROTO_L2TP, 0,
	  "new", true, SEV_WARN },
	{ VPNPASS_PROTO_IPSEC, "UDP to port 500", "udp dport 500", IPPROTO_UDP, 500, "new", true,
	  SEV_FAIL },
	{ VPNPASS_PROTO_IPSEC, "UDP to port 4500", "udp dport 4500", IPPROTO_UDP, 4500, "new",
	  true, SEV_WARN },
	{ VPNPASS_PROTO_IPSEC, "ESP", "meta l4proto esp", IPPROTO_ESP, 0, "related", true,
	  SEV_FAIL },
};

/* Where a rule or a chain is, in names that do no harm to a terminal or a shell. */
struct place {
	char family[16];
	char table[64];
	char chain[64];
};

static void plain(char *buf, size_t size, const char *name)
{
	char *c;

	snprintf(buf, size, "%s", name);
	for (c = buf; *c; c++)
		if (!isascii(*c) || (!isalnum(*c) && !strchr("_-./", *c)))
			*c = '?';
}

static void place_of(const json_t *obj, const char *chain_key, struct place *p)
{
	plain(p->family, sizeof(p->family), ruleset_string(obj, "family"));
	plain(p->table, sizeof(p->table), ruleset_string(obj, "table"));
	plain(p->chain, sizeof(p->chain), ruleset_string(obj, chain_key));
}

/* In network order; 0 if it isn't known, or of IPv6. */
static uint32_t ipv4_of(const struct ct_addr *addr)
{
	uint32_t ip = 0;

	if (addr->len == sizeof(ip))
		memcpy(&ip, addr->bytes, sizeof(ip));
	return ip;
}

static void packet_of(const struct doctor *d, const struct flow *f, bool back, struct packet *p)
{
	uint32_t client = ipv4_of(&d->client), server = ipv4_of(&d->server);
	struct route routes[ROUTES_MAX];
	const struct route *r;
	unsigned int n = routes_read(routes);

	*p = (struct packet){ .l4 = f->l4, .state = back ? "established" : f->state };
	if (back)
		p->sport = f->port;
	else
		p->dport = f->port;
	r = routes_find(routes, n, server);
	if (r)
		strcpy(back ? p->iif : p->oif, r->dev);
	r = client ? routes_find(routes, n, client) : NULL;
	if (r)
		strcpy(back ? p->oif : p->iif, r->dev);
	p->saddr = ntohl(back ? server : client);
	p->daddr = ntohl(back ? client : server);
}

static void mend_by_deleting(struct doctor *d, const json_t *rule)
{
	struct place at;

	place_of(rule, "chain", &at);
	mend(d, "nft delete rule %s %s %s handle %lld", at.family, at.table, at.chain,
	     (long long)json_integer_value(json_object_get(rule, "handle")));
}

/* Those who do not know that they have IPv6 are not alarmed. */
static void drop_found(struct doctor *d, const struct flow *f, const struct fate *fate,
		       const struct packet *p)
{
	struct place at;

	place_of(fate->chain, "name", &at);
	found(d, f->proto, p->ip6 ? SEV_WARN : f->severity,
	      p->ip6 ? "forward-drop-ipv6" : "forward-drop",
	      "%s%s %s is dropped by %s of the chain %s %s %s.", f->name,
	      p->ip6 ? " over IPv6" : "",
	      !strcmp(p->state, "established") ? "(the answers)" : "(from client to server)",
	      fate->rule ? "a rule" : "the policy", at.family, at.table, at.chain);
	if (fate->rule)
		mend_by_deleting(d, fate->rule);
	else if (strcmp(p->state, "new"))
		mend(d, "nft insert rule %s %s %s ct state established,related accept", at.family,
		     at.table, at.chain);
	else
		mend(d, "nft insert rule %s %s %s %s accept", at.family, at.table, at.chain,
		     f->match);
}

static void unsure(struct doctor *d, unsigned int proto, const char *names)
{
	found(d, proto, SEV_INFO, "forward-unsure", "Whether the forward rules let %s pass can't "
	      "be told without more: it depends on addresses, interfaces, marks, or on rules "
	      "of iptables that nft can't read.", names);
	mend(d, "vpnpass doctor --client IP --server IP %s", proto_name(proto));
}

/* Do the forward rules let the protocol pass, both ways? False if it is certain that not. */
static bool forward(struct doctor *d, unsigned int proto)
{
	bool dropped = false;
	char names[256] = "";
	struct packet p;
	struct fate fate;
	unsigned int i, back;
	size_t len = 0;

	for (i = 0; i < ARRAY_SIZE(flows); i++) {
		if (flows[i].proto != proto)
			continue;
		for (back = 0; back < 2; back++) {
			packet_of(d, &flows[i], back, &p);
			ruleset_fate(d->rules, "forward", &p, &fate);
			if (fate.drop == YES)
				break;
			if (fate.drop == MAYBE && !back)
				len += snprintf(names + len, sizeof(names) - len, "%s%s",
						len ? ", " : "", flows[i].name);
		}
		dropped |= fate.drop == YES;
		if (fate.drop == YES)
			drop_found(d, &flows[i], &fate, &p);
	}
	if (len)
		unsure(d, proto, names);
	else if (!dropped)
		found(d, proto, SEV_OK, "forward", "The forward rules let it pass.");
	return !dropped;
}

static void packet6_of(const struct flow *f, bool back, struct packet *p)
{
	*p = (struct packet){ .ip6 = true, .l4 = f->l4, .state = back ? "established" : f->state };
	if (!back && f->l4 == IPPROTO_ESP)
		p->state = "new";	/* IPsec without NAT is not touched, so nor is it related */
	if (back)
		p->sport = f->port;
	else
		p->dport = f->port;
	route6_out(back ? p->iif : p->oif);
}

/* IPv6 needs no NAT; that it is let through is enough. */
static void forward6(struct doctor *d, unsigned int proto)
{
	struct packet p;
	struct fate fate;
	unsigned int i, back;

	if (ipv4_of(&d->client) || sysfs_number("/proc/sys/net/ipv6/conf/all/forwarding") <= 0)
		return;
	for (i = 0; i < ARRAY_SIZE(flows); i++) {
		for (back = 0; flows[i].proto == proto && back < 2; back++) {
			packet6_of(&flows[i], back, &p);
			ruleset_fate(d->rules, "forward", &p, &fate);
			if (fate.drop != YES)
				continue;
			drop_found(d, &flows[i], &fate, &p);
			break;
		}
	}
}

/* Is it tracked, and not in zones that depend on the direction? */
static void tracked(struct doctor *d, unsigned int proto)
{
	const json_t *r;
	struct packet p;
	struct fate fate;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flows); i++) {
		if (flows[i].proto != proto)
			continue;
		packet_of(d, &flows[i], false, &p);
		ruleset_fate(d->rules, "prerouting", &p, &fate);
		if (!fate.notrack)
			continue;
		r = fate.notrack_rule;
		found(d, proto, fate.notrack == YES ? SEV_FAIL : SEV_WARN, "notrack", "A rule %s "
		      "%s from connection tracking (notrack), without which there is neither NAT "
		      "nor help.", fate.notrack == YES ? "excludes" : "may exclude", flows[i].name);
		mend_by_deleting(d, r);
		return;
	}
}

static void no_nat(struct doctor *d, const struct flow *f, const char *oif)
{
	found(d, f->proto, SEV_FAIL, "no-nat", "No rule translates the source of %s that leaves by "
	      "%s. Clients with private addresses get no answers. (Where no address has to be "
	      "translated, no help is needed either.)", f->name, *oif ? oif : "any interface");
	mend(d, "nft 'add table ip nat; add chain ip nat post { type nat hook postrouting priority "
	     "srcnat; }; add rule ip nat post oifname \"%s\" masquerade'", *oif ? oif : "WAN");
}

/* Is its source translated, and do the rules leave it its port? */
static void translated(struct doctor *d, unsigned int proto)
{
	struct packet p;
	struct fate fate;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flows); i++) {
		if (flows[i].proto != proto || !flows[i].nat || flows[i].severity != SEV_FAIL)
			continue;
		packet_of(d, &flows[i], false, &p);
		ruleset_fate(d->rules, "postrouting", &p, &fate);
		if (fate.nat == NO && !d->rules->legacy) {
			no_nat(d, &flows[i], p.oif);
			return;
		}
		if (fate.nat_ports && flows[i].l4 == IPPROTO_UDP) {
			found(d, proto, SEV_WARN, "nat-ports", "A NAT rule names the ports for %s, "
			      "so that clients can't keep theirs.", flows[i].name);
			mend(d, "nft -a list ruleset | grep -E '(masquerade|snat) to .*:'");
		}
		if (fate.nat != YES)
			found(d, proto, SEV_INFO, "nat-unsure", "Whether the source of %s is "
			      "translated can't be told without more.", flows[i].name);
	}
	if (d->v[d->n - 1].proto != proto || strncmp(d->v[d->n - 1].id, "nat-", 4))
		found(d, proto, SEV_OK, "nat", "Its source is translated.");
}

/* The rules of "vpnpass block" have a comment that says so. */
static bool blocked(const struct doctor *d, unsigned int proto)
{
	const json_t *obj, *rule;
	char comment[64];
	size_t i;

	snprintf(comment, sizeof(comment), "block %s", proto_name(proto));
	json_array_foreach(d->rules->list, i, obj) {
		rule = json_object_get(obj, "rule");
		if (rule && !strcmp(ruleset_string(rule, "table"), "vpnpass") &&
		    !strncmp(ruleset_string(rule, "comment"), comment, strlen(comment)))
			return true;
	}
	return false;
}

/* Names of "ct helper" that a rule uses, of this type? */
static bool rule_picks(const struct ruleset *rs, const char *type, bool *unreadable)
{
	const json_t *obj, *rule, *helper, *e;
	char names[512] = " ", want[128];
	size_t i, j, len = 1;

	json_array_foreach(rs->list, i, obj) {
		helper = json_object_get(obj, "ct helper");
		if (helper && !strcmp(ruleset_string(helper, "type"), type) && len < 400)
			len += snprintf(names + len, sizeof(names) - len, "%.99s ",
					ruleset_string(helper, "name"));
	}
	json_array_foreach(rs->list, i, obj) {
		rule = json_object_get(obj, "rule");
		*unreadable |= ruleset_has(rule, "xt");
		json_array_foreach(json_object_get(rule, "expr"), j, e) {
			snprintf(want, sizeof(want), " %.99s ", ruleset_string(e, "ct helper"));
			if (json_object_get(e, "ct helper") &&
			    (!json_is_string(json_object_get(e, "ct helper")) ||
			     strstr(names, want)))
				return true;
		}
	}
	return false;
}

/* In mode rule, is there a rule? */
static void picked(struct doctor *d, unsigned int proto)
{
	static const char *const types[] = { "pptp", "l2tp", "ike" };
	const struct rec *rec = recs_of_proto(&d->states, proto);
	bool unreadable = d->rules->legacy;

	if (!rec || rec_num(rec, VPNPASS_A_MODE) != VPNPASS_MODE_RULE ||
	    rule_picks(d->rules, types[proto], &unreadable))
		return;
	if (unreadable) {
		found(d, proto, SEV_INFO, "rule-unsure", "Its mode is rule. No nft rule picks "
		      "anything for it, rules of iptables may (-j CT --helper %s).", types[proto]);
		return;
	}
	found(d, proto, SEV_FAIL, "no-helper-rule", "Its mode is rule, but no rule has a \"ct "
	      "helper\" of type %s, so that nothing is helped.", types[proto]);
	mend(d, "vpnpass enable %s", proto_name(proto));
}

/* Rules and one protocol. */
void doctor_protocol_rules(struct doctor *d, unsigned int proto)
{
	if (!d->rules->list)
		return;
	if (blocked(d, proto)) {
		found(d, proto, SEV_FAIL, "blocked", "It is blocked by the rules of \"vpnpass "
		      "block\".");
		mend(d, "vpnpass enable %s", proto_name(proto));
		return;
	}
	picked(d, proto);
	if (d->client.len == sizeof(struct in6_addr)) {
		forward6(d, proto);
		return;
	}
	tracked(d, proto);
	if (forward(d, proto))
		forward6(d, proto);
	translated(d, proto);
}

static void zones(struct doctor *d, const json_t *rule)
{
	const json_t *e, *ct;
	struct place at;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, e) {
		ct = json_object_get(json_object_get(json_object_get(e, "mangle"), "key"), "ct");
		if (!ct || strcmp(ruleset_string(ct, "key"), "zone") || !*ruleset_string(ct, "dir"))
			continue;
		place_of(rule, "chain", &at);
		found(d, DOCTOR_ALL, SEV_WARN, "zones", "A rule puts one direction of connections "
		      "in a conntrack zone (%s %s %s). Control connections that it meets are not "
		      "helped; one zone for both directions works.", at.family, at.table, at.chain);
		mend_by_deleting(d, rule);
	}
}

/* Rules and all protocols. */
void doctor_rules(struct doctor *d, unsigned int proto)
{
	const json_t *obj;
	bool offload = false;
	size_t i;

	if (!d->rules->list) {
		found(d, proto, SEV_INFO, "rules-unread", "The firewall's rules can't be judged: "
		      "%s.", d->rules->why);
		mend(d, geteuid() ? "sudo vpnpass doctor" : "apt-get install nftables");
		return;
	}
	if (d->rules->legacy) {
		found(d, proto, SEV_INFO, "rules-legacy", "There are rules of iptables-legacy too, "
		      "which can't be judged here.");
		mend(d, "iptables-legacy-save");
	}
	json_array_foreach(d->rules->list, i, obj) {
		offload |= json_object_get(obj, "flowtable") != NULL;
		zones(d, json_object_get(obj, "rule"));
	}
	if (offload)
		found(d, proto, SEV_INFO, "flowtable", "There are flowtables. Helped connections "
		      "stay off them by themselves.");
}
