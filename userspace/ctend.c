// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: the end of the protocols' conntrack entries. */
#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include "ct.h"
#include "ctend.h"
#include "mode.h"
#include "out.h"
#include "vpnpass.h"

/* Which entries belong to a protocol: by port, or all but those of plain GRE. */
static const struct {
	unsigned int proto;
	uint8_t l4;
	uint16_t port;
} kinds[] = {
	{ VPNPASS_PROTO_PPTP, IPPROTO_TCP, 1723 },
	{ VPNPASS_PROTO_PPTP, IPPROTO_GRE, 0 },
	{ VPNPASS_PROTO_L2TP, IPPROTO_UDP, 1701 },
	{ VPNPASS_PROTO_L2TP, 115, 0 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, 500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, 4500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_TCP, 4500 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_ESP, 0 },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_AH, 0 },
};

/**
 * struct ending - which entries are to be deleted
 * @set: BIT(protocol) for each that ends
 * @local: this router's addresses
 */
struct ending {
	unsigned int set;
	struct ifaddrs *local;
};

static bool has_port(const struct ct_tuple *t, uint16_t port)
{
	return t->sport == port || t->dport == port;
}

/* A PPTP call without any id looks like plain GRE; its packets meet the rules anyway. */
static bool is_plain_gre(const struct ct_tuple *t)
{
	return t->l4 == IPPROTO_GRE && !t->sport && !t->dport;
}

static bool is_meant(const struct ending *e, const struct ct_tuple *orig,
		     const struct ct_tuple *reply)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!(e->set & 1u << kinds[i].proto) || kinds[i].l4 != orig->l4)
			continue;
		if (kinds[i].port ? has_port(orig, kinds[i].port) || has_port(reply, kinds[i].port)
				  : !is_plain_gre(orig) || !is_plain_gre(reply))
			return true;
	}
	return false;
}

static bool is_local(const struct ending *e, const struct ct_addr *addr)
{
	const struct ifaddrs *a;
	struct ct_addr local;
	const void *sa;

	for (a = e->local; a; a = a->ifa_next) {
		sa = a->ifa_addr;
		if (!sa)
			continue;
		if (a->ifa_addr->sa_family == AF_INET)
			ct_addr_set(&local, &((const struct sockaddr_in *)sa)->sin_addr,
				    sizeof(struct in_addr));
		else if (a->ifa_addr->sa_family == AF_INET6)
			ct_addr_set(&local, &((const struct sockaddr_in6 *)sa)->sin6_addr,
				    sizeof(struct in6_addr));
		else
			continue;
		if (ct_addr_equal(&local, addr))
			return true;
	}
	return false;
}

/* What begins or ends at this router itself is not forwarded, and stays. */
static bool ends(const struct ct_entry *entry, const void *ctx)
{
	const struct ending *e = ctx;

	return is_meant(e, &entry->orig, &entry->reply) && !is_local(e, &entry->orig.src) &&
	       !is_local(e, &entry->reply.src);
}

static int fail(int err)
{
	const char *what = "the nft rules are in place, but conntrack entries of running tunnels "
			   "could not be deleted";

	if (err == -EPERM)
		return out_fail(VP_PERM, "%s: %s; run it as root", what, strerror(-err));
	if (err == -EINVAL || err == -EOPNOTSUPP || err == -EPROTONOSUPPORT)
		return out_fail(VP_ABSENT, "%s: this kernel has no ctnetlink; see what \"modprobe "
				"nf_conntrack_netlink\" says", what);
	return out_fail(VP_FAILED, "%s: %s; try again", what, strerror(-err));
}

/**
 * ct_end() - delete the conntrack entries of protocols
 * @set: BIT(protocol) for each
 *
 * Entries of both families and in all zones, but those of this router's own connections.
 *
 * Return: VP_OK, or an exit code after saying what is wrong.
 */
int ct_end(unsigned int set)
{
	struct ending e = { .set = set };
	struct ct_entries list;
	int err;

	if (getifaddrs(&e.local))
		return fail(-errno);
	err = ct_read(&list, ends, &e);
	if (!err)
		err = ct_delete(&list);
	ct_free(&list);
	freeifaddrs(e.local);
	return err ? fail(err) : VP_OK;
}
