/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Simulator of the ESP pairing: many clients of one gateway behind one address, and a
 * router that sees what real ones see. The rule that pairs is exchangeable.
 */
#ifndef SIM_H
#define SIM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../nf_nat_esp/pair.h"

#define SIM_CLIENTS	256
#define MS		1000ull
#define SEC		1000000ull
#define SIM_SLOTS	512

/* How a client uses its tunnel. */
enum sim_traffic {
	SIM_REQUESTS,	/* the client asks, the server answers, at once again */
	SIM_STREAM,	/* the server sends, the client acknowledges every other packet */
	SIM_PING,	/* the client asks once a second */
	SIM_IDLE,	/* silent; now and then the client asks five times */
	SIM_CALLED,	/* silent; now and then the server asks five times */
	SIM_ONEWAY_IN,	/* the server sends, never answered */
	SIM_ONEWAY_OUT,	/* the client sends, never answered */
	SIM_TRAFFICS,
};

/**
 * struct sim_scenario - what is to be played
 * @name: one word
 * @title: for people
 * @clients: how many
 * @seconds: of simulated time
 * @start_ms: all clients start within this time
 * @rekey_s: seconds between re-keys, 0: none
 * @loss: packets lost on each way through the Internet, of 10000
 * @jitter_ms: delay that is added to the 15 ms of it at random
 * @share: clients with each kind of traffic, of 100
 * @twin: percentage of clients with a second SA
 * @blind: the router doesn't see IKE (manual keys)
 * @equal: the first two clients choose the same SPI
 * @counters: print those of our rule
 * @limits: of copies, for our rule
 */
struct sim_scenario {
	const char *name, *title;
	u32 clients, seconds, start_ms, rekey_s, loss, jitter_ms;
	u8 share[SIM_TRAFFICS];
	u8 twin;
	bool blind, equal, counters;
	struct esp_pair_limits limits;
};

/**
 * struct sim_result - what became of it
 * @packets: ESP packets from the server that reached the router
 * @spis: inbound SPIs among them
 * @misdelivered: packets that only wrong clients got
 * @lost: packets that nobody got
 * @copied: packets that more than one client got
 * @copies: how many more
 * @held: IKE messages that the rule dropped
 * @exact: SPIs that came to be delivered to the owner alone
 * @bad_spis: SPIs with a packet misdelivered or lost
 * @worst_copies: copies of one SPI
 * @bad: packets misdelivered or lost by traffic
 * @pair: SPIs by time from the first packet until the owner alone got one, see sim_slot()
 */
struct sim_result {
	u64 packets, spis, misdelivered, lost, copied, copies, held, exact;
	u64 bad_spis, worst_copies;
	u64 bad[SIM_TRAFFICS];
	u64 pair[SIM_SLOTS];
};

/* A message on its way. */
struct sim_packet {
	u16 client;
	u8 sa;		/* which of the client's two */
	bool esp;
	bool question;	/* wants an answer */
	u8 left;	/* questions that follow */
	u32 spi, seq;	/* ESP */
	u32 xchg;	/* IKE: number of the exchange */
	u8 step;	/* IKE: 1, 2, 3 */
	u8 from;	/* enum esp_ike_end, who began the exchange */
	u64 born;
};

struct sim_rule;

/* A rule: what the router does. Clients are numbers. Times are in ms. */
struct sim_rule_ops {
	const char *name;
	void *(*start)(const struct sim_scenario *sc);
	void (*stop)(void *rule);
	bool (*ike)(void *rule, u32 client, enum esp_ike_end from, const u8 *msg, u32 len,
		    u64 now, bool makes_sa);	/* false: dropped */
	void (*out)(void *rule, u32 client, u32 spi, u64 now);
	u32 (*in)(void *rule, u32 spi, u32 seq, u64 now, u32 *to);	/* how many in @to */
	void (*age)(void *rule, u64 now);
	void (*report)(void *rule);
};

extern const struct sim_rule_ops sim_ours, sim_oldest, sim_newest, sim_gate;
extern const char *const sim_traffic_names[SIM_TRAFFICS];

/**
 * sim_play() - play a scenario under a rule
 * @sc: the scenario
 * @ops: the rule
 * @seed: the same seed gives the same result
 * @res: result
 */
void sim_play(const struct sim_scenario *sc, const struct sim_rule_ops *ops, u64 seed,
	      struct sim_result *res);

/* Slots for times in ms: exact up to 16 ms, then 16 to each doubling. */
static inline u32 sim_slot(u64 ms)
{
	u32 up = 0;

	while (ms >> up >= 32)
		up++;
	return up * 16 + (ms >> up);
}

static inline u64 sim_slot_ms(u32 slot)
{
	u32 up = slot < 32 ? 0 : slot / 16 - 1;

	return (u64)(slot - up * 16) << up;
}

/* A generator of its own for each purpose, so that one doesn't disturb the other. */
static inline u64 sim_random(u64 *state)
{
	u64 z = (*state += 0x9e3779b97f4a7c15ull);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static inline u64 below(u64 *rnd, u64 n)
{
	return n ? sim_random(rnd) % n : 0;
}

/* Exponential with this mean: as many half-lives as a random number begins with zeros. */
static inline u64 about(u64 *rnd, u64 mean)
{
	u64 r = sim_random(rnd) >> 11, half = 1ull << 52, sum = 0;

	while (r < half && half > 1) {
		sum += mean * 693 / 1000;
		half >>= 1;
	}
	return sum + (half > 1 ? mean * 693 / 1000 * (2 * half - 1 - r) / half : 0);
}

#endif
