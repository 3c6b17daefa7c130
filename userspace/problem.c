// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: what stands in the way of passthrough and is cheap to see. */
#include <stdarg.h>
#include <stdio.h>
#include "kmod.h"
#include "problem.h"

#define SYSCTL		"/proc/sys/net/"

static void add(struct problems *p, const char *id, const char *fix, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

static void add(struct problems *p, const char *id, const char *fix, const char *fmt, ...)
{
	struct problem *new = &p->v[p->n];
	va_list ap;

	if (p->n == PROBLEMS_MAX)
		return;
	p->n++;
	new->id = id;
	new->fix = fix;
	va_start(ap, fmt);
	vsnprintf(new->text, sizeof(new->text), fmt, ap);
	va_end(ap);
}

/* Value of a sysctl of this network namespace, -1 if there is none. */
static long sysctl(const char *path)
{
	FILE *f = fopen(path, "re");
	long value = -1;

	if (!f)
		return -1;
	if (fscanf(f, "%ld", &value) != 1)
		value = -1;
	fclose(f);
	return value;
}

static void find_absent(struct problems *p)
{
	if (kmod_installed(KMOD_CORE))
		add(p, "module-absent", "vpnpass enable pptp (or l2tp, ipsec)",
		    "The modules are not loaded.");
	else
		add(p, "module-absent", "make && make install",
		    "The modules are neither loaded nor installed for this kernel (%s).",
		    kmod_release());
}

static void find_intree(struct problems *p, bool ours)
{
	if (!kmod_intree_loaded())
		return;
	if (ours)
		add(p, "in-tree-helper", "rmmod " KMOD_INTREE_TRACK,
		    "The kernel's own PPTP helper (%s) is loaded beside ours; rules with its "
		    "\"ct helper\" go to it.", KMOD_INTREE_TRACK);
	else
		add(p, "in-tree-helper", "vpnpass enable pptp",
		    "The kernel's own PPTP helper (%s) is loaded, in place of ours; it cannot "
		    "carry several clients to one server.", KMOD_INTREE_TRACK);
}

static void find_conntrack(struct problems *p)
{
	long count = sysctl(SYSCTL "netfilter/nf_conntrack_count");
	long max = sysctl(SYSCTL "netfilter/nf_conntrack_max");

	if (max > 0 && count >= max - max / 10)
		add(p, "conntrack-full", "sysctl -w net.netfilter.nf_conntrack_max=N (larger)",
		    "The connection table is nearly full (%ld of %ld); new tunnels will fail.",
		    count, max);
}

static void find_forwarding(struct problems *p)
{
	if (sysctl(SYSCTL "ipv4/ip_forward") == 0)
		add(p, "no-forwarding", "sysctl -w net.ipv4.ip_forward=1",
		    "IPv4 forwarding is off: nothing passes this machine.");
}

static bool any_helped(const struct recs *protos)
{
	size_t i;

	for (i = 0; i < protos->n; i++)
		if (rec_num(&protos->v[i], VPNPASS_A_MODE) != VPNPASS_MODE_OFF)
			return true;
	return false;
}

/**
 * problems_all() - look for what stands in the way, or would if help were on
 * @p: to be filled
 * @core: the core module answers
 * @protos: what it said about the protocols
 */
void problems_all(struct problems *p, bool core, const struct recs *protos)
{
	p->n = 0;
	if (!core)
		find_absent(p);
	find_intree(p, recs_of_proto(protos, VPNPASS_PROTO_PPTP));
	find_forwarding(p);
	find_conntrack(p);
}

/**
 * problems_find() - look for what stands in the way
 * @p: to be filled
 * @core: the core module answers
 * @protos: what it said about the protocols
 */
void problems_find(struct problems *p, bool core, const struct recs *protos)
{
	p->n = 0;
	if (any_helped(protos)) {
		problems_all(p, core, protos);
		return;
	}
	if (!core)
		find_absent(p);
	find_intree(p, recs_of_proto(protos, VPNPASS_PROTO_PPTP));
}
