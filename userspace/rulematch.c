// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: does a match of an nft rule fit a packet? Yes, no, or it can't be told. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include "ruleset.h"
#include "vpnpass.h"

#define PROTO_L2TP	115

/* What a match looks at. */
enum kind { UNKNOWN, NEVER, L4, PORT, ADDR, DEVICE, STATE, FAMILY };

struct value {
	enum kind kind;
	unsigned long num;
	const char *text;
};

static const struct {
	const char *name;
	unsigned int number;
} l4_names[] = {
	{ "icmp", 1 }, { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "gre", IPPROTO_GRE },
	{ "esp", IPPROTO_ESP }, { "ah", IPPROTO_AH }, { "l2tp", PROTO_L2TP }, { "igmp", 2 },
	{ "dccp", 33 }, { "ipv6-icmp", 58 }, { "icmpv6", 58 }, { "sctp", 132 }, { "udplite", 136 },
};

static long l4_number(const json_t *j)
{
	unsigned int i;

	if (json_is_integer(j))
		return json_integer_value(j);
	for (i = 0; json_is_string(j) && i < ARRAY_SIZE(l4_names); i++)
		if (!strcmp(json_string_value(j), l4_names[i].name))
			return l4_names[i].number;
	return -1;
}

static struct value value_num(enum kind kind, unsigned long num)
{
	return (struct value){ num ? kind : UNKNOWN, num, NULL };
}

static struct value value_text(enum kind kind, const char *text)
{
	return (struct value){ *text ? kind : UNKNOWN, 0, text };
}

static struct value of_meta(const char *key, const struct packet *p)
{
	if (!strcmp(key, "l4proto"))
		return value_num(L4, p->l4);
	if (!strcmp(key, "iifname") || !strcmp(key, "iif"))
		return value_text(DEVICE, p->iif);
	if (!strcmp(key, "oifname") || !strcmp(key, "oif"))
		return value_text(DEVICE, p->oif);
	if (!strcmp(key, "nfproto") || !strcmp(key, "protocol"))
		return (struct value){ FAMILY, p->ip6, NULL };
	return (struct value){ UNKNOWN, 0, NULL };
}

static struct value of_payload(const json_t *payload, const struct packet *p)
{
	const char *header = ruleset_string(payload, "protocol");
	const char *field = ruleset_string(payload, "field");
	json_t *name = json_string(header);
	long l4 = l4_number(name);

	json_decref(name);
	if (!strcmp(header, "th") && p->l4 != IPPROTO_TCP && p->l4 != IPPROTO_UDP)
		return (struct value){ NEVER, 0, NULL };
	if (!strcmp(header, p->ip6 ? "ip" : "ip6") || (l4 >= 0 && (unsigned long)l4 != p->l4))
		return (struct value){ NEVER, 0, NULL };
	if (!strcmp(header, "ip6") && !strcmp(field, "nexthdr"))
		return value_num(L4, p->l4);
	if (l4 >= 0 || !strcmp(header, "th"))
		return value_num(PORT, !strcmp(field, "dport") ? p->dport :
				 !strcmp(field, "sport") ? p->sport : 0);
	if (strcmp(header, "ip"))
		return (struct value){ UNKNOWN, 0, NULL };
	if (!strcmp(field, "protocol"))
		return value_num(L4, p->l4);
	return value_num(ADDR, !strcmp(field, "saddr") ? p->saddr :
			 !strcmp(field, "daddr") ? p->daddr : 0);
}

static struct value left_value(const json_t *left, const struct packet *p)
{
	const json_t *j;

	j = json_object_get(left, "meta");
	if (j)
		return of_meta(ruleset_string(j, "key"), p);
	j = json_object_get(left, "payload");
	if (json_object_get(j, "field"))
		return of_payload(j, p);
	j = json_object_get(left, "ct");
	if (j && !strcmp(ruleset_string(j, "key"), "state"))
		return value_text(STATE, p->state);
	return (struct value){ UNKNOWN, 0, NULL };
}

static bool parse_addr(const json_t *j, unsigned long *addr)
{
	struct in_addr in;

	if (!json_is_string(j) || inet_pton(AF_INET, json_string_value(j), &in) != 1)
		return false;
	*addr = ntohl(in.s_addr);
	return true;
}

static bool parse_num(const struct value *v, const json_t *j, unsigned long *num)
{
	if (v->kind == ADDR)
		return parse_addr(j, num);
	*num = v->kind == L4 ? l4_number(j) : json_integer_value(j);
	return v->kind == L4 || json_is_integer(j);
}

static bool device_is(const char *dev, const char *pattern)
{
	size_t len = strlen(pattern);

	if (len && pattern[len - 1] == '*')
		return !strncmp(dev, pattern, len - 1);
	return !strcmp(dev, pattern);
}

static enum tri one(const struct value *v, const json_t *right)
{
	const char *text = json_is_string(right) ? json_string_value(right) : "";
	unsigned long num;

	switch (v->kind) {
	case L4:
	case PORT:
	case ADDR:
		return !parse_num(v, right, &num) ? MAYBE : num == v->num ? YES : NO;
	case DEVICE:
		return device_is(v->text, text) ? YES : NO;
	case STATE:
		return !strcmp(v->text, text) ? YES : NO;
	case FAMILY:
		return !strcmp(text, v->num ? "ipv6" : "ipv4") || !strcmp(text, v->num ? "ip6" : "ip") ?
		       YES : NO;
	default:
		return MAYBE;
	}
}

static enum tri in_range(const struct value *v, const json_t *range)
{
	unsigned long from, to;

	if (!parse_num(v, json_array_get(range, 0), &from) ||
	    !parse_num(v, json_array_get(range, 1), &to))
		return MAYBE;
	return v->num >= from && v->num <= to ? YES : NO;
}

static enum tri in_prefix(const struct value *v, const json_t *prefix)
{
	unsigned int len = json_integer_value(json_object_get(prefix, "len"));
	unsigned long addr;

	if (v->kind != ADDR || len > 32 || !parse_addr(json_object_get(prefix, "addr"), &addr))
		return NO;
	return !len || (addr ^ v->num) >> (32 - len) == 0 ? YES : NO;
}

/**
 * rulematch_elements() - what is in a named set or map of the rule's table
 * @rs: all rules
 * @rule: rule
 * @name: its name
 *
 * Return: array, NULL if it is empty or there is none.
 */
const json_t *rulematch_elements(const struct ruleset *rs, const json_t *rule, const char *name)
{
	static const char *const kinds[] = { "set", "map" };
	const json_t *obj, *set;
	unsigned int k;
	size_t i;

	json_array_foreach(rs->list, i, obj) {
		for (k = 0; k < ARRAY_SIZE(kinds); k++) {
			set = json_object_get(obj, kinds[k]);
			if (set && !strcmp(ruleset_string(set, "name"), name) &&
			    !strcmp(ruleset_string(set, "table"), ruleset_string(rule, "table")) &&
			    !strcmp(ruleset_string(set, "family"), ruleset_string(rule, "family")))
				return json_object_get(set, "elem");
		}
	}
	return NULL;
}

static enum tri compare(const struct ruleset *rs, const json_t *rule, const struct value *v,
			const json_t *right);

static enum tri any_of(const struct ruleset *rs, const json_t *rule, const struct value *v,
		       const json_t *list)
{
	enum tri best = NO, t;
	const json_t *e;
	size_t i;

	json_array_foreach(list, i, e) {
		t = compare(rs, rule, v, e);
		if (t > best)
			best = t;
	}
	return best;
}

static enum tri compare(const struct ruleset *rs, const json_t *rule, const struct value *v,
			const json_t *right)
{
	const json_t *j;

	if (json_is_string(right) && *json_string_value(right) == '@')
		return !rs ? MAYBE :	/* no set has sets in it */
		       any_of(NULL, rule, v,
			      rulematch_elements(rs, rule, json_string_value(right) + 1));
	if (json_is_array(right))
		return any_of(rs, rule, v, right);
	j = json_object_get(right, "set");
	if (j)
		return json_is_array(j) ? any_of(rs, rule, v, j) : compare(rs, rule, v, j);
	j = json_object_get(right, "range");
	if (j)
		return in_range(v, j);
	j = json_object_get(right, "prefix");
	if (j)
		return in_prefix(v, j);
	j = json_object_get(json_object_get(right, "elem"), "val");
	if (j)
		return compare(rs, rule, v, j);
	return json_is_object(right) ? MAYBE : one(v, right);
}

/**
 * rulematch_value() - has the packet this value?
 * @rs: all rules
 * @rule: rule
 * @left: what is looked at
 * @right: value, or values
 * @p: packet
 *
 * Return: whether it has.
 */
enum tri rulematch_value(const struct ruleset *rs, const json_t *rule, const json_t *left,
			 const json_t *right, const struct packet *p)
{
	struct value v = left_value(left, p);

	if (v.kind == UNKNOWN)
		return MAYBE;
	return v.kind == NEVER ? NO : compare(rs, rule, &v, right);
}

/**
 * rulematch() - does a match of a rule fit?
 * @rs: all rules
 * @rule: rule
 * @match: its match
 * @p: packet
 *
 * Return: whether it does.
 */
enum tri rulematch(const struct ruleset *rs, const json_t *rule, const json_t *match,
		   const struct packet *p)
{
	const json_t *left = json_object_get(match, "left");
	const char *op = ruleset_string(match, "op");
	enum tri t;

	t = rulematch_value(rs, rule, left, json_object_get(match, "right"), p);
	if (!strcmp(op, "==") || !strcmp(op, "in"))
		return t;
	if (strcmp(op, "!="))
		return t == NO && left_value(left, p).kind == NEVER ? NO : MAYBE;
	if (t == NO)
		return left_value(left, p).kind == NEVER ? NO : YES;
	return t == YES ? NO : MAYBE;
}
