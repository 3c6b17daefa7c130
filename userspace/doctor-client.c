// SPDX-License-Identifier: GPL-2.0
/* vpnpass doctor: connections that conntrack knows, and one of them in detail. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ct.h"
#include "doctor.h"
#include "out.h"

#define NATT_PORT	4500
#define PROTO_L2TP	115

/* What a client's control connection looks like; data without one comes second. */
static const struct control {
	unsigned int proto;
	unsigned int l4;
	unsigned int port;
	const char *name;
	bool control;
} controls[] = {
	{ VPNPASS_PROTO_PPTP, IPPROTO_TCP, 1723, "TCP to port 1723", true },
	{ VPNPASS_PROTO_PPTP, IPPROTO_GRE, 0, "GRE", false },
	{ VPNPASS_PROTO_L2TP, IPPROTO_UDP, 1701, "UDP to port 1701", true },
	{ VPNPASS_PROTO_L2TP, PROTO_L2TP, 0, "IP protocol 115", true },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, 500, "UDP to port 500", true },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_UDP, NATT_PORT, "UDP to port 4500", false },
	{ VPNPASS_PROTO_IPSEC, IPPROTO_ESP, 0, "ESP", false },
};

static const char *text_of(const struct ct_addr *addr, char buf[INET6_ADDRSTRLEN])
{
	return inet_ntop(addr->len == sizeof(struct in_addr) ? AF_INET : AF_INET6, addr->bytes,
			 buf, INET6_ADDRSTRLEN) ? buf : "?";
}

static bool is_natt(const struct ct_entry *e, const void *ctx)
{
	(void)ctx;
	return e->orig.l4 == IPPROTO_UDP && e->orig.dport == NATT_PORT && e->replied;
}

/* By server, those of one by client. */
static int by_ends(const void *a, const void *b)
{
	const struct ct_entry *x = a, *y = b;
	int order = memcmp(&x->orig.dst, &y->orig.dst, sizeof(x->orig.dst));

	return order ? order : memcmp(&x->orig.src, &y->orig.src, sizeof(x->orig.src));
}

static void natt_found(struct doctor *d, unsigned int proto, const struct ct_addr *addr,
		       unsigned int clients)
{
	char server[INET6_ADDRSTRLEN];

	text_of(addr, server);
	found(d, proto, SEV_INFO, "nat-t", "NAT traversal (UDP port 4500) is used with %s by %u "
	      "client%s: any NAT passes that, no help is needed.", server, clients,
	      clients > 1 ? "s" : "");
	if (clients > 1)
		found(d, proto, SEV_INFO, "nat-t-several", "If that is L2TP over IPsec and a "
		      "client ends another one's connection, %s can't tell them apart. No router "
		      "can mend that.", server);
}

/* Clients that need no help as they use NAT traversal. */
void doctor_natt(struct doctor *d, unsigned int proto)
{
	const struct ct_tuple *now, *last = NULL;
	struct ct_entries all;
	unsigned int clients = 0;
	size_t i;

	if (proto != VPNPASS_PROTO_IPSEC)
		return;
	ct_read(&all, is_natt, NULL);
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_ends);
	for (i = 0; i < all.n; i++, last = now) {
		now = &all.v[i].orig;
		if (last && !ct_addr_equal(&last->dst, &now->dst)) {
			natt_found(d, proto, &last->dst, clients);
			clients = 0;
		}
		clients += !clients || !ct_addr_equal(&last->src, &now->src);
	}
	if (last)
		natt_found(d, proto, &last->dst, clients);
	ct_free(&all);
}

/* What there is of a connection. */
struct seen {
	bool any;
	bool control;
	bool answered;
	bool translated;
};

static bool is_between(const struct ct_entry *e, const void *ctx)
{
	const struct doctor *d = ctx;

	return ct_addr_equal(&e->orig.src, &d->client) && ct_addr_equal(&e->orig.dst, &d->server);
}

static bool is_of(const struct ct_entry *e, const struct control *c, unsigned int proto)
{
	return c->proto == proto && c->l4 == e->orig.l4 &&
	       (!c->port || c->port == e->orig.dport);
}

static void see(unsigned int proto, const struct ct_entries *all, struct seen *s)
{
	const struct ct_entry *e;
	unsigned int i;
	size_t n;

	for (n = 0; n < all->n; n++) {
		e = &all->v[n];
		for (i = 0; i < ARRAY_SIZE(controls); i++) {
			if (!is_of(e, &controls[i], proto))
				continue;
			s->any = true;
			s->control |= controls[i].control;
			s->answered |= controls[i].control && e->replied;
			s->translated |= !ct_addr_equal(&e->reply.dst, &e->orig.src);
		}
	}
}

static void show_entries(struct doctor *d, unsigned int proto, const struct ct_entries *all)
{
	char outside[INET6_ADDRSTRLEN];
	const struct ct_entry *e;
	unsigned int i;
	size_t n;

	for (i = 0; i < ARRAY_SIZE(controls); i++) {
		for (n = 0; n < all->n; n++) {
			e = &all->v[n];
			if (!is_of(e, &controls[i], proto))
				continue;
			found(d, proto, SEV_INFO, "entry", "%s: seen by connection tracking, "
			      "outside as %s, %s.", controls[i].name,
			      text_of(&e->reply.dst, outside),
			      e->replied ? "answered" : "without an answer");
			break;
		}
	}
}

static bool is_addr(const struct rec_value *v, const struct ct_addr *addr)
{
	return v->len == addr->len && !memcmp(v->addr, addr->bytes, addr->len);
}

static bool is_ours(const struct doctor *d, const struct rec *rec, unsigned int proto)
{
	return rec_num(rec, VPNPASS_A_PROTO) == proto &&
	       is_addr(&rec->v[VPNPASS_A_CLIENT], &d->client) &&
	       is_addr(&rec->v[VPNPASS_A_SERVER], &d->server);
}

static bool show_tunnels(struct doctor *d, unsigned int proto)
{
	char state[REC_BUF], ids[REC_BUF], tx[OUT_NUMBER], rx[OUT_NUMBER];
	bool any = false;
	size_t i;

	for (i = 0; i < d->tunnels.n; i++) {
		const struct rec *rec = &d->tunnels.v[i];

		if (!is_ours(d, rec, proto))
			continue;
		any = true;
		found(d, proto, SEV_OK, "tunnel", "A tunnel with the ids %s, %s, %s packets out "
		      "and %s in.", rec_ids(rec, ids), rec_name(rec, VPNPASS_A_STATE, state),
		      out_human(rec_num(rec, VPNPASS_A_TX_PACKETS), tx),
		      out_human(rec_num(rec, VPNPASS_A_RX_PACKETS), rx));
		if (rec_num(rec, VPNPASS_A_TX_PACKETS) && !rec_num(rec, VPNPASS_A_RX_PACKETS)) {
			found(d, proto, SEV_WARN, "one-way", "Data goes to the server, none comes "
			      "back.");
			mend(d, "tcpdump -ni any host %s", rec_addr(rec, VPNPASS_A_SERVER, ids));
		}
	}
	return any;
}

static void missing(struct doctor *d, unsigned int proto, const struct seen *s)
{
	char client[INET6_ADDRSTRLEN], server[INET6_ADDRSTRLEN];

	text_of(&d->client, client);
	text_of(&d->server, server);
	if (!s->any) {
		found(d, proto, SEV_WARN, "nothing-seen", "Nothing of this protocol from %s to %s "
		      "has been seen: it does not come this way, is dropped before, or is not "
		      "dialled.", client, server);
		mend(d, "tcpdump -ni any host %s and host %s", client, server);
	} else if (s->control && !s->answered) {
		found(d, proto, SEV_FAIL, "no-answer", "%s has not answered, or the answer did not "
		      "come here.", server);
		mend(d, "tcpdump -ni any host %s", server);
	} else if (!s->translated) {
		found(d, proto, SEV_WARN, "not-translated", "The address of %s is not translated, "
		      "so that there is nothing to help.", client);
		mend(d, "nft list chains | grep 'type nat'");
	} else if (s->control && doctor_helped(d, proto) && !d->tunnels_err) {
		found(d, proto, SEV_WARN, "no-tunnel", "There is a connection to %s, but no tunnel "
		      "of it is known: it is older than the help, no rule picks it, or no tunnel "
		      "was asked for yet. It has to be dialled again.", server);
		mend(d, "conntrack -D -s %s -d %s", client, server);
	}
}

static void unread(struct doctor *d, unsigned int proto, int err)
{
	found(d, proto, SEV_INFO, "entries-unread", "The connections can't be read: %s.",
	      strerror(-err));
	if (err == -EPERM)
		mend(d, "sudo vpnpass doctor");
	else
		mend(d, "modprobe nf_conntrack_netlink");
}

/* One client and one server. */
void doctor_client(struct doctor *d, unsigned int proto)
{
	struct seen s = { .any = false };
	struct ct_entries all;
	int err;

	if (!d->client.len)
		return;
	err = ct_read(&all, is_between, d);
	if (err)
		unread(d, proto, err);
	see(proto, &all, &s);
	show_entries(d, proto, &all);
	if (!show_tunnels(d, proto) && !err)
		missing(d, proto, &s);
	ct_free(&all);
}
