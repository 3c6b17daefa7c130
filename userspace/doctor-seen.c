// SPDX-License-Identifier: GPL-2.0
/* vpnpass doctor: what the counters and the tunnels tell. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "doctor.h"
#include "sysfs.h"

#define LIMITS		"/proc/sys/net/netfilter/nf_vpnpass/"

/* How long the other end may take to answer before that is worth a word. */
#define ANSWER_MS	10000

/* Counters of refusals, and the sysctl that is too small. */
static const struct {
	const char *counter;
	const char *limit;
} caps[] = {
	{ "cap-tunnels", "max_tunnels" },
	{ "cap-tunnels-client", "max_tunnels_per_client" },
	{ "cap-tunnels-server", "max_tunnels_per_server" },
	{ "cap-controls", "max_controls" },
	{ "cap-controls-client", "max_controls_per_client" },
};

/* Counters that tell of something, what, and what to do. */
static const struct {
	const char *counter;
	enum severity severity;
	const char *text;
	const char *command;
} tales[] = {
	{ "user-zone", SEV_FAIL,
	  "The ruleset puts the two directions of control connections in different conntrack "
	  "zones; these are not helped. One zone for both works.",
	  "nft -a list ruleset | grep 'ct .*zone set'" },
	{ "data-unknown", SEV_WARN,
	  "Data came whose id belongs to no tunnel: of calls that were up before help was on, or "
	  "foreign. Such clients have to dial again.",
	  "vpnpass events" },
	{ "data-not-up", SEV_INFO,
	  "Data came before both ends had agreed on the tunnel.", NULL },
	{ "data-no-entry", SEV_WARN,
	  "Data was dropped as no conntrack entry could be made.",
	  "sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max" },
	{ "nomem", SEV_WARN, "Tunnels were not helped for lack of memory.", "free -m" },
	{ "address-gone", SEV_INFO,
	  "The router's own address has changed; tunnels of the old one were forgotten.", NULL },
	{ "icmp-errors-bad", SEV_WARN,
	  "ICMP errors with a wrong checksum came: a broken router on the way, or somebody forges "
	  "them.",
	  "tcpdump -nvi any 'icmp[0] == 3'" },
	{ "icmp-errors-unknown", SEV_INFO,
	  "ICMP errors came from which it could not be told whose tunnel they are about.", NULL },
	{ "port-unexpected", SEV_WARN,
	  "A server, or somebody with its address, has used a port that is not its own.",
	  "tcpdump -ni any 'udp and host SERVER'" },
	{ "id-taken", SEV_WARN,
	  "Two clients chose the same id, which a digest protects from being replaced. The server "
	  "must answer to the port that NAT gave.", NULL },
	{ "id-hidden", SEV_INFO,
	  "Clients hide their ids. The server must answer to the port that NAT gave.", NULL },
	{ "both-versions", SEV_INFO,
	  "Clients ask for L2TPv2 and v3 at once. The server must answer to the port that NAT "
	  "gave.", NULL },
	{ "session-cap", SEV_WARN, "A client has more sessions than are helped.", NULL },
	{ "ike-port-translated", SEV_WARN,
	  "IKE of clients has left by another port than 500: a NAT rule names ports, the ruleset "
	  "has zones of its own, or the kernel has none. Some gateways will not answer.",
	  "nft list ruleset | grep -E 'masquerade|snat|zone'" },
	{ "ah-packets", SEV_WARN,
	  "Somebody tries AH, which no NAT can pass. The ends must use ESP.", NULL },
	{ "esp-shared", SEV_INFO,
	  "Two clients have chosen the same SPI; both get such packets.", NULL },
	{ "esp-copy-limit", SEV_WARN,
	  "Packets were dropped as it could not be told in time which client they are for.",
	  "sysctl -w net.netfilter.nf_vpnpass.ipsec_copies=32" },
	{ "pptp-malformed", SEV_WARN,
	  "Control connections to port 1723 carry what is not PPTP.",
	  "tcpdump -ni any 'tcp port 1723'" },
};

static uint64_t counter(const struct doctor *d, unsigned int proto, const char *name)
{
	size_t i;

	for (i = 0; i < d->counters.n; i++) {
		const struct rec *rec = &d->counters.v[i];

		if (rec_num(rec, VPNPASS_A_PROTO) == proto &&
		    !strcmp(rec_text(rec, VPNPASS_A_NAME), name))
			return rec_num(rec, VPNPASS_A_VALUE);
	}
	return 0;
}

/* Limits that were reached. */
void doctor_caps(struct doctor *d, unsigned int proto)
{
	unsigned int i;
	uint64_t n;
	long limit;

	if (!doctor_helped(d, proto))
		return;
	for (i = 0; i < ARRAY_SIZE(caps); i++) {
		n = counter(d, proto, caps[i].counter);
		if (!n)
			continue;
		limit = sysfs_number(LIMITS "%s", caps[i].limit);
		found(d, proto, SEV_FAIL, caps[i].counter, "The limit %s (%ld) was reached; help "
		      "was refused %" PRIu64 " times.", caps[i].limit, limit, n);
		mend(d, "sysctl -w net.netfilter.nf_vpnpass.%s=%ld", caps[i].limit,
		     limit > 0 ? 2 * limit : 1024);
	}
}

/* Counters that call for attention. */
void doctor_counters(struct doctor *d, unsigned int proto)
{
	unsigned int i;
	uint64_t n;

	for (i = 0; i < ARRAY_SIZE(tales); i++) {
		n = counter(d, proto, tales[i].counter);
		if (!n)
			continue;
		found(d, proto, tales[i].severity, tales[i].counter, "%s (%s: %" PRIu64 ")",
		      tales[i].text, tales[i].counter, n);
		if (tales[i].command)
			mend(d, "%s", tales[i].command);
	}
}

static bool same_server(const struct rec *a, const struct rec *b)
{
	const struct rec_value *x = &a->v[VPNPASS_A_SERVER], *y = &b->v[VPNPASS_A_SERVER];

	return x->len == y->len && !memcmp(x->addr, y->addr, x->len);
}

/* Has another client of this tunnel's server one that is up? */
static bool server_serves(const struct doctor *d, const struct rec *rec)
{
	size_t i;

	for (i = 0; i < d->tunnels.n; i++) {
		const struct rec *other = &d->tunnels.v[i];

		if (rec_num(other, VPNPASS_A_PROTO) == rec_num(rec, VPNPASS_A_PROTO) &&
		    rec_num(other, VPNPASS_A_STATE) == VPNPASS_STATE_UP &&
		    same_server(other, rec) &&
		    memcmp(other->v[VPNPASS_A_CLIENT].addr, rec->v[VPNPASS_A_CLIENT].addr, 16))
			return true;
	}
	return false;
}

static void waiting(struct doctor *d, unsigned int proto, const struct rec *rec)
{
	char client[REC_BUF], server[REC_BUF];

	rec_addr(rec, VPNPASS_A_CLIENT, client);
	rec_addr(rec, VPNPASS_A_SERVER, server);
	if (server_serves(d, rec))
		found(d, proto, SEV_WARN, "server-limit", "%s has not answered to %s, but serves "
		      "another client: it may take only one connection from an address. No router "
		      "can mend that.", server, client);
	else
		found(d, proto, SEV_WARN, "server-silent", "%s has not answered to %s yet.",
		      server, client);
	mend(d, "tcpdump -ni any host %s", server);
}

/* Tunnels that do not come up. */
void doctor_tunnels(struct doctor *d, unsigned int proto)
{
	unsigned int up = 0;
	size_t i;

	if (!doctor_helped(d, proto))
		return;
	if (d->tunnels_err) {
		found(d, proto, SEV_INFO, "tunnels-unread", "The tunnels can't be read: %s.",
		      strerror(-d->tunnels_err));
		mend(d, "sudo vpnpass doctor");
		return;
	}
	for (i = 0; i < d->tunnels.n; i++) {
		const struct rec *rec = &d->tunnels.v[i];

		if (rec_num(rec, VPNPASS_A_PROTO) != proto)
			continue;
		if (rec_num(rec, VPNPASS_A_STATE) == VPNPASS_STATE_UP)
			up++;
		else if (rec_num(rec, VPNPASS_A_STATE) == VPNPASS_STATE_SETUP &&
			 rec_num(rec, VPNPASS_A_AGE) > ANSWER_MS)
			waiting(d, proto, rec);
	}
	found(d, proto, SEV_OK, "tunnels", "Tunnels that are up: %u.", up);
}
