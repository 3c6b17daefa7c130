// SPDX-License-Identifier: GPL-2.0
/* Floods from many addresses and ports to many, at a steady pace. */
#include "spread.h"

#include <netinet/in.h>
#include <unistd.h>

bool spread_option(struct spread *s, int option, const char *arg)
{
	switch (option) {
	case SPREAD_CLIENTS: s->clients = number(arg, "--clients", 1, 65536); break;
	case SPREAD_SERVERS: s->servers = number(arg, "--servers", 1, 65536); break;
	case SPREAD_PORTS: s->ports = number(arg, "--ports", 1, 65536); break;
	case SPREAD_RATE: s->rate = number(arg, "--rate", 0, 1000000); break;
	case SPREAD_TOS: s->tos = number(arg, "--tos", 0, 255); break;
	case SPREAD_UP: s->up = true; break;
	default: return false;
	}
	return true;
}

/* Take the next digit of @turn, to base @base. */
static u32 digit(u32 *turn, u32 base)
{
	u32 d;

	if (!base)
		return 0;
	d = *turn % base;
	*turn /= base;
	return d;
}

void spread_packet(const struct spread *s, u8 *ip, u32 turn)
{
	ip[1] = s->tos;
	put32(ip + 12, get32(ip + 12) + digit(&turn, s->clients));
	put32(ip + 16, get32(ip + 16) + digit(&turn, s->servers));
	if (ip[9] == IPPROTO_UDP || ip[9] == IPPROTO_TCP)
		put16(ip + 20, get16(ip + 20) + digit(&turn, s->ports));
}

void spread_wait(struct spread *s, u32 turn)
{
	u64 now = now_us(), due;

	if (!s->start)
		s->start = now;
	due = s->start + (s->rate ? turn * 1000000ULL / s->rate : 0);
	if (due > now)
		usleep(due - now);
}
