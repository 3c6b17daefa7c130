// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for the pairing: exchanges, packets both ways, clients and SPIs that come
 * and go, time, limits, no memory. Whatever comes, the books are right, cases are bounded,
 * nobody gets a packet twice, and a client that waits alone gets what comes.
 *
 * Input: records of two bytes: what, and for whom or how long.
 */
#include <stdio.h>
#include <stdlib.h>

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

static void packet(u32 spi, u32 number)
{
	bool known = esp_lab_find(&lab, spi), waits = false;
	u32 i;

	for (i = 0; i < LAB_CLIENTS; i++)
		waits |= lab.present[i] && lab.client[i].needs > lab.client[i].tentative;
	esp_lab_in(&lab, spi, number);
	if (waits && !known && number <= ESP_PAIR_YOUNG && esp_lab_room(&lab) && !lab.no_memory &&
	    lab.group.limits.rate)
		must(lab.d.verdict != ESP_PAIR_PASS, "who waits gets what comes");
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
	case 4: case 5:
		if (lab.present[client])
			esp_lab_out(&lab, client, 0x9000 + arg);
		return;
	case 6:
		if (lab.present[client])
			esp_lab_exchange(&lab, client);
		return;
	case 7:
		if (lab.present[client])
			esp_lab_ike(&lab, client, 1 + (what >> 4) % 3, 1 + arg / LAB_CLIENTS);
		return;
	case 8: case 9: case 10:
		lab.now += arg;
		return;
	case 11:
		lab.now += arg * 1000u;
		return esp_pair_age(&lab.group, lab.now);
	case 12:
		return esp_lab_forget(&lab, spi);
	case 13:
		return what & 16 ? esp_lab_leave(&lab, client) : esp_lab_join(&lab, client);
	case 14:
		lab.no_memory = what >> 4 == 15;
		return;
	default:
		lab.group.limits.rounds = what & 16 ? 16 : what >> 5;
		lab.group.limits.rate = arg * 20;
		lab.group.limits.packets = arg % 4 ? 256 : arg / 4;
		lab.group.limits.few = 2 + arg % 8;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u32 i;

	memset(&lab, 0, sizeof(lab));
	memset(seq, 0, sizeof(seq));
	esp_lab_init(&lab, 4);
	for (; size >= 2; data += 2, size -= 2) {
		act(data[0], data[1]);
		esp_lab_check(&lab);
		must(!lab.broken, lab.broken);
	}
	for (i = 0; i < LAB_CLIENTS; i++)
		esp_lab_leave(&lab, i);
	for (i = 0; i < LAB_INS; i++) {
		if (lab.in[i].used)
			esp_lab_forget(&lab, lab.in[i].in.spi);
	}
	esp_lab_check(&lab);
	must(!lab.broken, lab.broken);
	must(!lab.ncases && !lab.group.cases && !lab.group.waiting, "all is given back");
	return 0;
}
