/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the IKE messages between one client and one server say about ESP SAs: when an
 * exchange that makes one was begun and ended. SPIs are encrypted, and so is whether the
 * exchange succeeded; exchange type, message id and direction are not.
 *
 * Causality is what makes this worth having: as both ends' messages pass here, the server
 * can't use an SA before the message that lets it has been seen (ESP_IKE_OPEN).
 *
 * Context: any; the caller lets one at a time to a flow.
 */
#ifndef NF_NAT_ESP_IKE_H
#define NF_NAT_ESP_IKE_H

#include "wire.h"

#define ESP_IKE_XCHGS	8	/* exchanges remembered, the oldest goes */
#define ESP_IKE_SAS	8	/* IKE SAs remembered, likewise */

/**
 * enum esp_ike_end - who sent a message
 * @ESP_IKE_CLIENT: the end inside (behind the NAT)
 * @ESP_IKE_SERVER: the end outside
 */
enum esp_ike_end {
	ESP_IKE_CLIENT,
	ESP_IKE_SERVER,
};

/**
 * enum esp_ike_what - what a message means for the pairing
 * @ESP_IKE_NONE: nothing
 * @ESP_IKE_OPEN: from now on the server may use a new SA towards the client
 * @ESP_IKE_ARMED: as far as can be seen it has one now
 * @ESP_IKE_AGAIN: a message of a known exchange again, or a fragment more of it
 */
enum esp_ike_what {
	ESP_IKE_NONE,
	ESP_IKE_OPEN,
	ESP_IKE_ARMED,
	ESP_IKE_AGAIN,
};

/**
 * struct esp_ike_event - result for one message
 * @what: enum esp_ike_what
 * @tag: which SA-making exchange of the flow, never 0 unless @what is ESP_IKE_NONE
 * @cancel: an exchange that, as is clear now, made an IKE SA and no ESP SA; 0: none
 * @time: when
 */
struct esp_ike_event {
	u8 what;
	u32 tag;
	u32 cancel;
	u64 time;
};

/**
 * struct esp_ike_xchg - an exchange that makes an SA
 * @cookie: its IKE SA
 * @msgid: its message id; of IKE_AUTH with several rounds the latest
 * @tag: its name in events, 0: unused
 * @len: length of the first message (tells a repeated first from a third one)
 * @exchange: exchange type
 * @from: enum esp_ike_end, who began it
 * @armed: ESP_IKE_ARMED has been reported
 * @answered: a message of the other end has been seen
 */
struct esp_ike_xchg {
	u64 cookie[2];
	u32 msgid;
	u32 tag;
	u32 len;
	u8 exchange;
	u8 from;
	bool armed;
	bool answered;
};

/**
 * struct esp_ike_flow - IKE between a client and a server; all zero to begin with
 * @xchg: exchanges, in a ring
 * @sa: cookie pairs that the client has used, in a ring
 * @tags: last tag given
 * @sas: how many cookie pairs have been put in the ring
 *
 * Only the client's messages introduce cookies, so that nobody outside makes state here.
 */
struct esp_ike_flow {
	struct esp_ike_xchg xchg[ESP_IKE_XCHGS];
	u64 sa[ESP_IKE_SAS][2];
	u32 tags;
	u32 sas;
};

/**
 * esp_ike_message() - take note of one IKE message
 * @flow: the flow
 * @from: who sent it
 * @ike: its header
 * @now: time in ms
 *
 * Context: any; the caller holds the lock of the flow.
 *
 * Return: what it means, for esp_pair_ike().
 */
struct esp_ike_event esp_ike_message(struct esp_ike_flow *flow, enum esp_ike_end from,
				     const struct esp_ike *ike, u64 now);

/**
 * esp_ike_knows() - has the client used this IKE SA?
 * @flow: the flow
 * @cookie: the pair of cookies
 *
 * Return: true if the pair is among the last ones that the client used.
 */
bool esp_ike_knows(const struct esp_ike_flow *flow, const u64 cookie[2]);

#endif
