/* SPDX-License-Identifier: GPL-2.0 */
/*
 * From undecided to owned and back. For pair.c and judge.c only.
 *
 * Context: as pair.h says, the lock of the group held.
 */
#ifndef NF_NAT_ESP_OWN_H
#define NF_NAT_ESP_OWN_H

#include "pair.h"

#define ESP_PAIR_REPEATS	3	/* numbers seen again that tell of a second owner */

/**
 * esp_own_count() - count one event
 * @group: the group
 * @what: the event
 */
void esp_own_count(struct esp_pair_group *group, enum esp_pair_count what);

/* The fast path reads this. */
static inline void esp_own_watch(struct esp_pair_client *client, s32 more)
{
	WRITE_ONCE(client->watched, client->watched + more);
}

/**
 * esp_own_set() - change the state of an SPI, and tell the caller
 * @group: the group
 * @in: the SPI
 * @state: enum esp_pair_state
 * @how: enum esp_pair_count, why
 */
void esp_own_set(struct esp_pair_group *group, struct esp_pair_in *in, u8 state, u8 how);

/**
 * esp_own_only() - give an SPI to the only client that it may belong to
 * @group: the group
 * @in: the SPI, without case; its traffic has to confirm it
 * @client: the client
 * @how: enum esp_pair_count, why
 * @now: time in ms
 */
void esp_own_only(struct esp_pair_group *group, struct esp_pair_in *in,
		  struct esp_pair_client *client, u8 how, u64 now);

/**
 * esp_own_prefer() - give an SPI to a client for as long as its case doesn't contradict
 * @group: the group
 * @in: the SPI, with a case and without owner
 * @client: one of the candidates
 * @how: enum esp_pair_count, why
 * @now: time in ms
 */
void esp_own_prefer(struct esp_pair_group *group, struct esp_pair_in *in,
		    struct esp_pair_client *client, u8 how, u64 now);

/**
 * esp_own_doubt() - take that back
 * @group: the group
 * @in: the SPI
 */
void esp_own_doubt(struct esp_pair_group *group, struct esp_pair_in *in);

/**
 * esp_own_settle() - the preferred client is the owner: end the case
 * @group: the group
 * @in: the SPI
 * @now: time in ms
 */
void esp_own_settle(struct esp_pair_group *group, struct esp_pair_in *in, u64 now);

/**
 * esp_own_unshare() - there is no second owner after all: end the case
 * @group: the group
 * @in: the SPI, with an owner
 */
void esp_own_unshare(struct esp_pair_group *group, struct esp_pair_in *in);

/**
 * esp_own_orphan() - nobody owns the SPI any more; its next packet begins anew
 * @group: the group
 * @in: the SPI, in any state
 * @how: enum esp_pair_count, why
 */
void esp_own_orphan(struct esp_pair_group *group, struct esp_pair_in *in, u8 how);

#endif
