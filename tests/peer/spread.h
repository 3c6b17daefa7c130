/* SPDX-License-Identifier: GPL-2.0 */
/* Floods from many addresses and ports to many, at a steady pace. */
#ifndef PEER_SPREAD_H
#define PEER_SPREAD_H

#include "util.h"

#include <getopt.h>

/*
 * Packet number n comes from client n % clients and goes to server n / clients % servers; its
 * source port is the first one plus n / clients / servers % ports.
 */
struct spread {
	u32 clients, servers, ports;	/* 0: one */
	u32 rate;			/* packets a second, 0: as fast as it goes */
	u8 tos;
	bool up;			/* values count up */
	u64 start;
};

enum {
	SPREAD_CLIENTS = 1000, SPREAD_SERVERS, SPREAD_PORTS, SPREAD_RATE, SPREAD_TOS, SPREAD_UP
};

/* Part of an array of struct option. */
#define SPREAD_OPTIONS \
	{ "clients", required_argument, NULL, SPREAD_CLIENTS }, \
	{ "servers", required_argument, NULL, SPREAD_SERVERS }, \
	{ "ports", required_argument, NULL, SPREAD_PORTS }, \
	{ "rate", required_argument, NULL, SPREAD_RATE }, \
	{ "tos", required_argument, NULL, SPREAD_TOS }, \
	{ "up", no_argument, NULL, SPREAD_UP }

/* Take one option; false if it is none of these. */
bool spread_option(struct spread *s, int option, const char *arg);
/* Change addresses, TOS and, behind a header of 20 bytes, the port of packet number @turn. */
void spread_packet(const struct spread *s, u8 *ip, u32 turn);
/* Wait until packet number @turn is due. */
void spread_wait(struct spread *s, u32 turn);

#endif
