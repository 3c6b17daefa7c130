/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Undecided SPIs: who may own one, and what speaks for each. For pair.c only.
 *
 * Context: as pair.h says, the lock of the group held.
 */
#ifndef NF_NAT_ESP_JUDGE_H
#define NF_NAT_ESP_JUDGE_H

#include "pair.h"

/**
 * struct esp_judge_result - what is to be said of an undecided SPI now
 * @live: the candidates that can't be ruled out, the likeliest first
 * @n: how many
 * @left: candidates that still wait for an SA
 * @close: the first so many are about as likely as the likeliest
 * @lead: points between the first and the second that waits; large if there is none
 */
struct esp_judge_result {
	struct esp_pair_cand *live[ESP_PAIR_CANDS];
	u16 n;
	u16 left;
	u16 close;
	s32 lead;
};

/**
 * esp_judge_may_own() - could this client own that SPI?
 * @in: an SPI without owner
 * @client: a client
 * @weak: by its outbound traffic alone; else by its IKE exchanges
 * @now: time in ms
 *
 * Return: true if it could.
 */
bool esp_judge_may_own(const struct esp_pair_in *in, const struct esp_pair_client *client,
		       bool weak, u64 now);

/**
 * esp_judge_open() - gather the candidates of an SPI
 * @group: the group
 * @c: memory for the case, any contents
 * @in: the SPI; its members are set
 * @weak: see esp_judge_may_own()
 * @now: time in ms
 *
 * Return: how many could not be taken because there are too many.
 */
u32 esp_judge_open(struct esp_pair_group *group, struct esp_pair_case *c,
		   struct esp_pair_in *in, bool weak, u64 now);

/**
 * esp_judge_widen() - a second sequence of numbers begins: add those who wait since then
 * @group: the group
 * @c: the case; @c->in->first becomes @now if there are any
 * @now: time in ms
 *
 * Return: true if there are more candidates than before.
 */
bool esp_judge_widen(struct esp_pair_group *group, struct esp_pair_case *c, u64 now);

/**
 * esp_judge_packet() - another packet of an undecided SPI: what has happened since the last
 * @c: the case
 * @now: time in ms
 *
 * Return: true if a new round begins with it.
 */
bool esp_judge_packet(struct esp_pair_case *c, u64 now);

/**
 * esp_judge_out() - a client has sent something
 * @group: the group
 * @client: the client; its members don't know of the packet yet
 * @now: time in ms
 */
void esp_judge_out(struct esp_pair_group *group, struct esp_pair_client *client, u64 now);

/**
 * esp_judge_waiting() - does any candidate still wait for an SA?
 * @c: the case
 *
 * Return: false if all have got what they waited for by other SPIs.
 */
bool esp_judge_waiting(const struct esp_pair_case *c);

/**
 * esp_judge() - who may own an undecided SPI
 * @group: the group
 * @c: the case
 * @r: result
 */
void esp_judge(struct esp_pair_group *group, struct esp_pair_case *c,
	       struct esp_judge_result *r);

#endif
