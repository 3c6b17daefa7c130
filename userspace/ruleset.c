// SPDX-License-Identifier: GPL-2.0
/*
 * vpnpass tool: the firewall's rules as nft shows them, and what they do to a packet.
 * What the rules ask for and is not known makes the answer a "maybe", and so
 * does everything of iptables-nft's that has no equal in nft.
 */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ruleset.h"
#include "vpnpass.h"

#define NFT		"/usr/sbin/nft"
#define DEPTH_MAX	16

/* No more objects are looked at for one packet. */
#ifndef STEPS_MAX
#define STEPS_MAX	2000000
#endif

/**
 * struct walk - on our way through the rules of a hook
 * @rs: all rules
 * @p: packet
 * @fate: what becomes of it
 * @accept: a rule may have accepted it
 * @steps: objects that were looked at
 */
struct walk {
	const struct ruleset *rs;
	const struct packet *p;
	struct fate *fate;
	enum tri accept;
	unsigned int steps;
};

/* What a rule or a chain says: go on, back to the caller, or it is decided. */
enum says { GO_ON, RETURN, DECIDED };

/* A member that is a string, "" if there is none. */
const char *ruleset_string(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s ? s : "";
}

/* Has a rule this statement? */
bool ruleset_has(const json_t *rule, const char *statement)
{
	const json_t *e;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, e)
		if (json_object_get(e, statement))
			return true;
	return false;
}

static json_t *run_nft(void)
{
	static char *const argv[] = { "nft", "-j", "list", "ruleset", NULL };
	json_t *root = NULL;
	int fds[2], status;
	pid_t pid;
	FILE *f;

	if (pipe(fds))
		return NULL;
	fflush(NULL);
	pid = fork();
	if (!pid) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		if (!freopen("/dev/null", "w", stderr))
			_exit(127);
		execv(NFT, argv);
		_exit(127);
	}
	close(fds[1]);
	f = fdopen(fds[0], "r");
	if (pid > 0 && f)
		root = json_loadf(f, 0, NULL);
	if (f)
		fclose(f);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status) {
		json_decref(root);
		return NULL;
	}
	return root;
}

/* Has the old iptables a table that rules are likely in? */
static bool has_legacy(void)
{
	FILE *f = fopen("/proc/net/ip_tables_names", "re");
	char line[64];
	bool any = false;

	while (f && !any && fgets(line, sizeof(line), f))
		any = !strncmp(line, "nat", 3) || !strncmp(line, "filter", 6);
	if (f)
		fclose(f);
	return any;
}

/**
 * ruleset_read() - get all rules of this network namespace
 * @rs: to be filled; ruleset_free() it
 */
void ruleset_read(struct ruleset *rs)
{
	*rs = (struct ruleset){ .legacy = has_legacy() };
	if (geteuid())
		rs->why = "only root can read them";
	else
		rs->root = run_nft();
	rs->list = json_object_get(rs->root, "nftables");
	if (!rs->list && !rs->why)
		rs->why = "\"nft -j list ruleset\" does not work here";
}

void ruleset_free(struct ruleset *rs)
{
	json_decref(rs->root);
}

static bool same(const json_t *a, const json_t *b, const char *key)
{
	return !strcmp(ruleset_string(a, key), ruleset_string(b, key));
}

static enum says walk_chain(struct walk *w, const json_t *chain, const char *name, enum tri sure,
			    unsigned int depth);

static void drop(struct walk *w, const json_t *rule, enum tri sure)
{
	if (w->accept == MAYBE && sure == YES)
		sure = MAYBE;
	if (sure <= w->fate->drop)
		return;
	w->fate->drop = sure;
	w->fate->rule = rule;
}

/* A verdict that is reached for certain, or maybe. */
static enum says verdict(struct walk *w, const json_t *rule, const json_t *v, enum tri sure,
			 unsigned int depth)
{
	const json_t *to;
	enum says s;

	if (json_object_get(v, "accept") || json_object_get(v, "queue")) {
		if (sure > w->accept)
			w->accept = sure;
		return sure == YES ? DECIDED : GO_ON;
	}
	if (json_object_get(v, "drop") || json_object_get(v, "reject")) {
		drop(w, rule, sure);
		return sure == YES ? DECIDED : GO_ON;
	}
	if (json_object_get(v, "return"))
		return sure == YES ? RETURN : GO_ON;
	to = json_object_get(v, "jump");
	if (!to)
		to = json_object_get(v, "goto");
	if (!to || depth == DEPTH_MAX)
		return GO_ON;
	s = walk_chain(w, rule, ruleset_string(to, "target"), sure, depth + 1);
	return s == DECIDED ? DECIDED : json_object_get(v, "goto") && sure == YES ? RETURN : GO_ON;
}

static enum says vmap(struct walk *w, const json_t *rule, const json_t *map, enum tri *sure,
		      unsigned int depth)
{
	const json_t *data = json_object_get(map, "data"), *pair, *list;
	const json_t *key = json_object_get(map, "key");
	enum tri t;
	size_t i;

	list = json_object_get(data, "set");
	if (json_is_string(data) && *json_string_value(data) == '@')
		list = rulematch_elements(w->rs, rule, json_string_value(data) + 1);
	json_array_foreach(list, i, pair) {
		t = rulematch_value(w->rs, rule, key, json_array_get(pair, 0), w->p);
		if (t > *sure)
			t = *sure;
		if (t != NO && verdict(w, rule, json_array_get(pair, 1), t, depth) == DECIDED)
			return DECIDED;
	}
	return GO_ON;
}

static void translate(struct walk *w, const json_t *nat, enum tri sure)
{
	if (sure > w->fate->nat)
		w->fate->nat = sure;
	w->fate->nat_ports |= json_object_get(nat, "port") != NULL;
}

/* One statement of a rule. @sure becomes less if a match does not fit for certain. */
static enum says statement(struct walk *w, const json_t *rule, const json_t *e, enum tri *sure,
			   unsigned int depth)
{
	const json_t *j;
	enum tri t = YES;

	if (json_object_get(e, "xt") || json_object_get(e, "limit") ||
	    json_object_get(e, "connlimit") || json_object_get(e, "quota"))
		t = MAYBE;
	j = json_object_get(e, "match");
	if (j)
		t = rulematch(w->rs, rule, j, w->p);
	if (t < *sure)
		*sure = t;
	if (json_object_get(e, "xt")) {	/* may be a target that accepts, drops or translates */
		drop(w, rule, *sure);
		w->accept = *sure > w->accept ? *sure : w->accept;
		translate(w, NULL, *sure);
	}
	if (json_object_get(e, "notrack") && *sure > w->fate->notrack) {
		w->fate->notrack = *sure;
		w->fate->notrack_rule = rule;
	}
	j = json_object_get(e, "masquerade");
	j = j ? j : json_object_get(e, "snat");
	if (j && *sure) {
		translate(w, j, *sure);
		return *sure == YES ? DECIDED : GO_ON;
	}
	j = json_object_get(e, "vmap");
	if (j && *sure)
		return vmap(w, rule, j, sure, depth);
	return *sure ? verdict(w, rule, e, *sure, depth) : GO_ON;
}

static enum says walk_rule(struct walk *w, const json_t *rule, enum tri sure, unsigned int depth)
{
	enum says s = GO_ON;
	const json_t *e;
	size_t i;

	json_array_foreach(json_object_get(rule, "expr"), i, e) {
		s = statement(w, rule, e, &sure, depth);
		if (s != GO_ON || sure == NO)
			break;
	}
	return s;
}

/* There are too many ways through these chains. */
static enum says give_up(struct walk *w, const json_t *rule)
{
	drop(w, rule, MAYBE);
	return DECIDED;
}

static enum says walk_chain(struct walk *w, const json_t *chain, const char *name, enum tri sure,
			    unsigned int depth)
{
	const json_t *obj, *rule;
	enum says s = GO_ON;
	size_t i;

	json_array_foreach(w->rs->list, i, obj) {
		if (w->steps == STEPS_MAX)
			return give_up(w, chain);
		w->steps++;
		rule = json_object_get(obj, "rule");
		if (!rule || !same(rule, chain, "table") || !same(rule, chain, "family") ||
		    strcmp(ruleset_string(rule, "chain"), name))
			continue;
		s = walk_rule(w, rule, sure, depth);
		if (s != GO_ON)
			break;
	}
	return s == DECIDED ? DECIDED : GO_ON;
}

static void walk_base(struct walk *w, const json_t *chain)
{
	enum tri before = w->fate->drop;
	enum says s;

	w->accept = NO;
	s = walk_chain(w, chain, ruleset_string(chain, "name"), YES, 0);
	if (s != DECIDED && !strcmp(ruleset_string(chain, "policy"), "drop"))
		drop(w, NULL, YES);
	if (w->fate->drop > before)
		w->fate->chain = chain;
}

/* Do packets of this kind come by chains of this family? */
static bool is_for(const json_t *chain, const struct packet *p)
{
	const char *family = ruleset_string(chain, "family");

	return !strcmp(family, "inet") || !strcmp(family, p->ip6 ? "ip6" : "ip");
}

/**
 * ruleset_fate() - what becomes of a packet at a hook
 * @rs: all rules
 * @hook: hook
 * @p: packet
 * @fate: to be filled
 */
void ruleset_fate(const struct ruleset *rs, const char *hook, const struct packet *p,
		  struct fate *fate)
{
	struct walk w = { .rs = rs, .p = p, .fate = fate };
	const json_t *obj, *chain;
	size_t i;

	*fate = (struct fate){ .drop = NO };
	json_array_foreach(rs->list, i, obj) {
		chain = json_object_get(obj, "chain");
		if (!chain || strcmp(ruleset_string(chain, "hook"), hook) || !is_for(chain, p))
			continue;
		walk_base(&w, chain);
		if (fate->drop == YES)
			break;
	}
}
