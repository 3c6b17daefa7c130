// SPDX-License-Identifier: GPL-2.0
/* IKE steps of the IPsec world: exchanges, and what they are like. */
#define _GNU_SOURCE
#include "ipsec_step.h"

#include <stdio.h>

static bool ike_wait(struct world *w, const char *name, const struct args *a)
{
	bool ok = world_run(w, w->timeout_ms, ike_idle);

	if (!ok)
		ike_abandon(w);
	printf("%s: links=%u ike=%llu retries=%llu %s\n", name, a->links,
	       (unsigned long long)w->ike, (unsigned long long)w->retries,
	       ok ? "complete" : "incomplete");
	return ok;
}

static bool begin_all(struct world *w, const struct args *a, enum kind kind, enum kind then,
		      enum dir from, const char *name)
{
	struct xchg *x;
	u32 i;

	for (i = 0; i < a->links; i++) {
		x = ike_begin(a->link[i], kind, from, roll(a->n[1]));
		x->then = then;
	}
	return ike_wait(w, name, a);
}

static enum kind phase1(const struct world *w)
{
	return w->version == 1 ? X_MAIN : X_INIT;
}

static bool do_start(struct world *w, const struct args *a)
{
	return begin_all(w, a, phase1(w), w->version == 1 ? X_QUICK : X_AUTH, UP, "start");
}

static bool do_init(struct world *w, const struct args *a)
{
	return begin_all(w, a, phase1(w), X_NONE, UP, "init");
}

static bool do_server_init(struct world *w, const struct args *a)
{
	return begin_all(w, a, phase1(w), X_NONE, DOWN, "server-init");
}

static bool do_server_start(struct world *w, const struct args *a)
{
	return begin_all(w, a, phase1(w), w->version == 1 ? X_QUICK : X_AUTH, DOWN,
			 "server-start");
}

static bool do_aggressive(struct world *w, const struct args *a)
{
	return begin_all(w, a, X_AGGRESSIVE, X_NONE, UP, "aggressive");
}

static bool rekey(struct world *w, const struct args *a, enum dir from, const char *name)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		ike_begin_sa(a->link[i], from, roll(a->n[1]));
	return ike_wait(w, name, a);
}

static bool do_rekey(struct world *w, const struct args *a)
{
	return rekey(w, a, UP, "rekey");
}

static bool do_server_rekey(struct world *w, const struct args *a)
{
	return rekey(w, a, DOWN, "server-rekey");
}

static bool do_ike_rekey(struct world *w, const struct args *a)
{
	return begin_all(w, a, w->version == 1 ? X_MAIN : X_IKE_CHILD, X_NONE, UP, "ike-rekey");
}

static bool do_server_ike_rekey(struct world *w, const struct args *a)
{
	return begin_all(w, a, w->version == 1 ? X_MAIN : X_IKE_CHILD, X_NONE, DOWN,
			 "server-ike-rekey");
}

static bool do_info(struct world *w, const struct args *a)
{
	return begin_all(w, a, w->version == 1 ? X_INFO1 : X_INFO2, X_NONE, UP, "info");
}

static bool do_server_info(struct world *w, const struct args *a)
{
	return begin_all(w, a, w->version == 1 ? X_INFO1 : X_INFO2, X_NONE, DOWN, "server-info");
}

static bool do_again(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		ike_again(a->link[i]);
	return world_run(w, 500, NULL);
}

static bool do_junk(struct world *w, const struct args *a)
{
	static const size_t len[] = { 12, 27, 28, 29, 200 };
	size_t i;
	u32 k;

	for (k = 0; k < a->links; k++) {
		for (i = 0; i < ARRAY_SIZE(len); i++)
			ike_junk(a->link[k], UP, len[i]);
	}
	return world_run(w, 500, NULL);
}

static bool do_server_junk(struct world *w, const struct args *a)
{
	u32 k;

	for (k = 0; k < a->links; k++)
		ike_junk(a->link[k], DOWN, 40);
	return world_run(w, 500, NULL);
}

static bool do_manual(struct world *w, const struct args *a)
{
	struct sa *sa;
	u32 i, d;

	for (i = 0; i < a->links; i++) {
		sa = sa_new(a->link[i]);
		for (d = UP; d <= DOWN; d++) {
			sa->told[d] = sa->spi[d];
			sa->ready[d] = true;
			if (a->n[1])
				sa->stream[d].first_seq = a->n[1];
		}
	}
	return true;
}

/* What the next exchanges are like */

static bool do_spi(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		a->link[i]->next_spi = a->n[1];
	return true;
}

static bool do_cookie(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++) {
		put32(a->link[i]->next_cookie, a->n[1]);
		put32(a->link[i]->next_cookie + 4, a->n[1] ^ 0x5a5a5a5a);
		a->link[i]->has_cookie = true;
	}
	return true;
}

static bool do_length(struct world *w, const struct args *a)
{
	if (a->n[0] < 60 || a->n[0] > IKE_MAX - 200)
		usage_error("length: from 60 to %d", IKE_MAX - 200);
	w->ike_len = a->n[0];
	return true;
}

static bool do_pieces(struct world *w, const struct args *a)
{
	w->pieces = a->n[0] > 0 ? a->n[0] : 1;
	return true;
}

static bool do_repeat(struct world *w, const struct args *a)
{
	w->repeat = a->n[0];
	return true;
}

static bool do_greet(struct world *w, const struct args *a)
{
	w->greet_ms = a->n[0];
	w->greet_count = a->n[1] ? a->n[1] : -1;
	return true;
}

const struct step ike_steps[] = {
	{ "start", true, "[MS]: phase 1 and an SA, begun by the client within MS", do_start },
	{ "init", true, "[MS]: phase 1 only", do_init },
	{ "aggressive", true, "[MS]: aggressive mode", do_aggressive },
	{ "server-init", true, "[MS]: phase 1 that the server begins", do_server_init },
	{ "server-start", true, "[MS]: and an SA", do_server_start },
	{ "rekey", true, "[MS]: the client makes another SA, the old one stays", do_rekey },
	{ "server-rekey", true, "[MS]: the server does", do_server_rekey },
	{ "ike-rekey", true, "[MS]: the client makes another IKE SA", do_ike_rekey },
	{ "server-ike-rekey", true, "[MS]: the server does", do_server_ike_rekey },
	{ "info", true, "an informational exchange by the client", do_info },
	{ "server-info", true, "by the server", do_server_info },
	{ "again", true, "all messages of the latest exchange once more", do_again },
	{ "junk", true, "five datagrams to port 500 that are no IKE", do_junk },
	{ "server-junk", true, "one from the server", do_server_junk },
	{ "manual", true, "[SEQ]: an SA without IKE, at sequence number SEQ", do_manual },
	{ "spi", true, "SPI: the next that the client chooses", do_spi },
	{ "cookie", true, "N: of the client's next IKE SA", do_cookie },
	{ "length", false, "N: octets of IKE messages", do_length },
	{ "pieces", false, "N: IKE fragments of each message", do_pieces },
	{ "repeat", false, "N: send each IKE message N times more", do_repeat },
	{ "greet", false, "MS [N]: servers speak as soon as there is an SA", do_greet },
	{ NULL, false, NULL, NULL },
};
