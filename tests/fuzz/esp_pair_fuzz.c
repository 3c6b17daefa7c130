// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for the pairing: exchanges, packets both ways, clients and SPIs that come
 * and go, time, limits, no memory. Whatever comes, the books are right, cases and copies are
 * bounded, nobody gets a packet twice or one that it was no candidate for, an SPI that is
 * decided has one receiver, and a client that waits alone gets what comes.
 *
 * Input: records of two bytes: what, and for whom or how long.
 */
#include <stdio.h>
#include <stdlib.h>

#define LAB_INS		24	/* few, as each packet looks through all */
#define LAB_OUTS	24
#include "../kunit/esp_lab.h"

static struct esp_lab lab;
static u32 seq[256];

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* What the input has made each client do since it joined, kept apart from the pairing's books. */
static struct past {
	bool negotiated, sent;
} past[LAB_CLIENTS];

static u64 began;
static u64 copies;
static u32 rate;	/* the highest that there was */

/*
 * Who may get a packet with this SPI, by what is known before it comes: its owner, its
 * candidates, who waits for an SA, and who sends ESP.
 */
static u32 candidates(const struct esp_lab_in *in)
{
	const struct esp_pair_case *c = in ? in->in.undecided : NULL;
	u32 i, set = 0;

	for (i = 0; i < LAB_CLIENTS; i++) {
		if (lab.present[i] && (lab.client[i].needs || lab.client[i].out_last))
			set |= BIT(i);
	}
	if (in && in->in.owner)
		set |= BIT(in->in.owner - lab.client);
	for (i = 0; c && i < c->n; i++)
		set |= BIT(c->cand[i].client - lab.client);
	return set;
}

static void check_receivers(u32 may, const struct esp_pair_client *up)
{
	u32 i, who;

	for (i = 0; i < lab.d.n; i++) {
		who = lab.d.to[i] - lab.client;
		must(may & BIT(who), "receivers were candidates");
		must(past[who].negotiated || past[who].sent, "receivers have done something");
	}
	must(!up || (lab.d.n == 1 && lab.d.to[0] == up), "what is decided has one receiver");
	copies += lab.d.n ? lab.d.n - 1 : 0;
	must(copies <= lab.group.limits.burst + (lab.now - began) * rate / 1000,
	     "copies stay within their limit");
	must(lab.ncases <= ESP_PAIR_CASES, "cases are bounded");
}

static void packet(u32 spi, u32 number)
{
	const struct esp_lab_in *in = esp_lab_find(&lab, spi);
	bool waits = false, known = in;
	const struct esp_pair_client *up = NULL;
	u32 i, may = candidates(in);

	if (in && in->in.state == ESP_PAIR_UP && number > in->in.high)
		up = in->in.owner;
	for (i = 0; i < LAB_CLIENTS; i++)
		waits |= lab.present[i] && lab.client[i].needs > lab.client[i].tentative;
	esp_lab_in(&lab, spi, number);
	check_receivers(may, up);
	if (waits && !known && number <= ESP_PAIR_YOUNG && esp_lab_room(&lab) && !lab.no_memory &&
	    lab.group.limits.rate)
		must(lab.d.verdict != ESP_PAIR_PASS, "who waits gets what comes");
}

/* A client sends ESP, ends an exchange or has a message of one. */
static void client_acts(u8 what, u8 arg, u32 client)
{
	if (!lab.present[client])
		return;
	if (what % 16 < 6) {
		past[client].sent = true;
		esp_lab_out(&lab, client, 0x9000 + arg);
	} else if (what % 16 == 6) {
		past[client].negotiated = true;
		esp_lab_exchange(&lab, client);
	} else {
		past[client].negotiated = true;
		esp_lab_ike(&lab, client, 1 + (what >> 4) % 3, 1 + arg / LAB_CLIENTS);
	}
}

static void limit(u8 what, u8 arg)
{
	struct esp_pair_limits *l = &lab.group.limits;

	l->rounds = what & 16 ? 16 : what >> 5;
	l->rate = arg * 20;
	l->packets = arg % 4 ? 256 : arg / 4;
	l->few = 2 + arg % 8;
	rate = l->rate > rate ? l->rate : rate;
}

static void act(u8 what, u8 arg)
{
	u32 client = arg % LAB_CLIENTS, spi = 0x1000 + arg;

	switch (what % 16) {
	case 0: case 1:
		return packet(spi, ++seq[arg]);
	case 2:
		return packet(spi, seq[arg] ? 1 + arg % seq[arg] : 1);
	case 3:
		return packet(spi, seq[arg] += 1 + (what >> 4) * 16);
	case 4: case 5: case 6: case 7:
		return client_acts(what, arg, client);
	case 8: case 9: case 10:
		lab.now += arg;
		return;
	case 11:
		lab.now += arg * 1000u;
		return esp_pair_age(&lab.group, lab.now);
	case 12:
		return esp_lab_forget(&lab, spi);
	case 13:
		if (!(what & 16))
			return esp_lab_join(&lab, client);
		past[client] = (struct past) { 0 };
		return esp_lab_leave(&lab, client);
	case 14:
		lab.no_memory = what >> 4 == 15;
		return;
	default:
		limit(what, arg);
	}
}

/* Cases are many; what is not used may hold anything. */
static void begin(void)
{
	u32 i;

	memset(&lab, 0, offsetof(struct esp_lab, cases));
	for (i = 0; i < LAB_CASES; i++)
		lab.cases[i].used = false;
	memset(&lab.no_memory, 0, sizeof(lab) - offsetof(struct esp_lab, no_memory));
	memset(seq, 0, sizeof(seq));
	memset(past, 0, sizeof(past));
	esp_lab_init(&lab, 4);
	began = lab.now;
	copies = 0;
	rate = lab.group.limits.rate;
}

static void check(void)
{
	esp_lab_check(&lab);
	must(!lab.broken, lab.broken);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u32 i, n = 0;

	begin();
	for (; size >= 2; data += 2, size -= 2) {
		act(data[0], data[1]);
		must(!lab.broken, lab.broken);
		if (++n % 8 == 0)
			check();
	}
	check();
	for (i = 0; i < LAB_CLIENTS; i++)
		esp_lab_leave(&lab, i);
	for (i = 0; i < LAB_INS; i++) {
		if (lab.in[i].used)
			esp_lab_forget(&lab, lab.in[i].in.spi);
	}
	check();
	must(!lab.ncases && !lab.group.cases && !lab.group.waiting, "all is given back");
	return 0;
}
