// SPDX-License-Identifier: GPL-2.0
/* vpnpass doctor: connections that conntrack knows, and one of them in detail. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "conntrack.h"
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

static const char *text_of(uint32_t addr, char buf[INET_ADDRSTRLEN])
{
	struct in_addr in = { htonl(addr) };

	return inet_ntop(AF_INET, &in, buf, INET_ADDRSTRLEN);
}

static bool is_natt(const struct entry *e)
{
	return e->l4 == IPPROTO_UDP && e->dport == NATT_PORT && !e->unreplied;
}

/* Clients of e's server by port 4500; 0 if an entry before has told. */
static unsigned int natt_clients(const struct entries *all, size_t at)
{
	const struct entry *e = &all->v[at];
	unsigned int clients = 0;
	size_t i, j;

	for (i = 0; i < all->n; i++) {
		if (!is_natt(&all->v[i]) || all->v[i].dst != e->dst)
			continue;
		if (i < at)
			return 0;
		for (j = at; j < i; j++)
			if (is_natt(&all->v[j]) && all->v[j].dst == e->dst &&
			    all->v[j].src == all->v[i].src)
				break;
		clients += j == i;
	}
	return clients;
}

/* Clients that need no help as they use NAT traversal. */
void doctor_natt(struct doctor *d, unsigned int proto)
{
	char server[INET_ADDRSTRLEN];
	struct entries all;
	unsigned int n;
	size_t i;

	if (proto != VPNPASS_PROTO_IPSEC)
		return;
	entries_read(&all);
	for (i = 0; i < all.n; i++) {
		n = is_natt(&all.v[i]) ? natt_clients(&all, i) : 0;
		if (!n)
			continue;
		text_of(all.v[i].dst, server);
		found(d, proto, SEV_INFO, "nat-t", "NAT traversal (UDP port 4500) is used with %s "
		      "by %u client%s: any NAT passes that, no help is needed.", server, n,
		      n > 1 ? "s" : "");
		if (n > 1)
			found(d, proto, SEV_INFO, "nat-t-several", "If that is L2TP over IPsec "
			      "and a client ends another one's connection, %s can't tell them "
			      "apart. No router can mend that.", server);
	}
	entries_free(&all);
}

/* What there is of a connection. */
struct seen {
	bool any;
	bool control;
	bool answered;
	bool translated;
};

static void see(const struct doctor *d, unsigned int proto, const struct entries *all,
		struct seen *s)
{
	const struct entry *e;
	unsigned int i;
	size_t n;

	for (n = 0; n < all->n; n++) {
		e = &all->v[n];
		if (e->src != d->client || e->dst != d->server)
			continue;
		for (i = 0; i < ARRAY_SIZE(controls); i++) {
			if (controls[i].proto != proto || controls[i].l4 != e->l4 ||
			    controls[i].port != (controls[i].port ? e->dport : 0))
				continue;
			s->any = true;
			s->control |= controls[i].control;
			s->answered |= controls[i].control && !e->unreplied;
			s->translated |= e->reply_dst != e->src;
		}
	}
}

static void show_entries(struct doctor *d, unsigned int proto, const struct entries *all)
{
	char outside[INET_ADDRSTRLEN];
	const struct entry *e;
	unsigned int i;
	size_t n;

	for (i = 0; i < ARRAY_SIZE(controls); i++) {
		for (n = 0; controls[i].proto == proto && n < all->n; n++) {
			e = &all->v[n];
			if (e->src != d->client || e->dst != d->server ||
			    e->l4 != controls[i].l4 ||
			    (controls[i].port && e->dport != controls[i].port))
				continue;
			found(d, proto, SEV_INFO, "entry", "%s: seen by connection tracking, "
			      "outside as %s, %s.", controls[i].name,
			      text_of(e->reply_dst, outside),
			      e->unreplied ? "without an answer" : "answered");
			break;
		}
	}
}

static bool is_ours(const struct doctor *d, const struct rec *rec, unsigned int proto)
{
	uint32_t client = htonl(d->client), server = htonl(d->server);
	const struct rec_value *c = &rec->v[VPNPASS_A_CLIENT], *s = &rec->v[VPNPASS_A_SERVER];

	return rec_num(rec, VPNPASS_A_PROTO) == proto && c->len == 4 && s->len == 4 &&
	       !memcmp(c->addr, &client, 4) && !memcmp(s->addr, &server, 4);
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
	char client[INET_ADDRSTRLEN], server[INET_ADDRSTRLEN];

	text_of(d->client, client);
	text_of(d->server, server);
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

/* One client and one server. */
void doctor_client(struct doctor *d, unsigned int proto)
{
	struct entries all;
	struct seen s = { .any = false };

	if (!d->client)
		return;
	entries_read(&all);
	if (!all.read) {
		found(d, proto, SEV_INFO, "entries-unread", "The connections can't be read from "
		      "/proc/net/nf_conntrack.");
		mend(d, "sudo vpnpass doctor");
	}
	see(d, proto, &all, &s);
	show_entries(d, proto, &all);
	if (!show_tunnels(d, proto) && all.read)
		missing(d, proto, &s);
	entries_free(&all);
}
