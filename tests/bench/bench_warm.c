// SPDX-License-Identifier: GPL-2.0
/*
 * Open flows and tunnels of many clients, as far as a router can see: the messages and the
 * first data packets of both ends, in the order of real ones. One process plays all clients,
 * whose addresses follow each other, and their server, each from a network namespace. Prints
 * the nanoseconds that it took.
 *
 *   udp   a UDP packet there and one back, from port 10000 + client to port 9
 *   init  the IKE SA of each client, without ESP
 *   sa N  its Nth pair of ESP SAs; traffic goes back and forth until it is confirmed
 */
#include "bench.h"

#define UDP_PORT	10000
#define DISCARD_PORT	9
#define UDP_LEN		100
#define IKE_PORT	500
#define IKE_LEN		100
#define ESP_LEN		100
#define INIT		34
#define AUTH		35
#define CHILD		36
#define INITIATOR	0x08
#define RESPONSE	0x20

static void udp(const struct way *way, unsigned int from, unsigned int to)
{
	unsigned char m[UDP_LEN] = { 0 };

	store16(m, from);
	store16(m + 2, to);
	store16(m + 4, sizeof(m));
	send_ip(way, IPPROTO_UDP, m, sizeof(m));
}

static void ike(const struct way *way, unsigned int client, int exchange, int flags,
		unsigned int msgid)
{
	unsigned char m[8 + IKE_LEN] = { 0 }, *h = m + 8;

	store16(m, IKE_PORT);
	store16(m + 2, IKE_PORT);
	store16(m + 4, sizeof(m));
	store32(h, 0xc0000000 + client);
	store32(h + 4, client);
	if (exchange != INIT || flags & RESPONSE)
		store32(h + 8, 0xd0000000 + client);
	h[16] = exchange == INIT ? 33 : 46;
	h[17] = 0x20;
	h[18] = exchange;
	h[19] = flags;
	store32(h + 20, msgid);
	store32(h + 24, IKE_LEN);
	send_ip(way, IPPROTO_UDP, m, sizeof(m));
}

static void esp(const struct way *way, unsigned int spi, unsigned int seq)
{
	unsigned char m[ESP_LEN] = { 0 };

	store32(m, spi);
	store32(m + 4, seq);
	send_ip(way, IPPROTO_ESP, m, sizeof(m));
}

static void warm_udp(const struct way *up, const struct way *down, unsigned int client,
		     unsigned int n)
{
	(void)n;
	udp(up, UDP_PORT + client, DISCARD_PORT);
	udp(down, DISCARD_PORT, UDP_PORT + client);
}

static void warm_init(const struct way *up, const struct way *down, unsigned int client,
		      unsigned int n)
{
	(void)n;
	ike(up, client, INIT, INITIATOR, 0);
	ike(down, client, INIT, RESPONSE, 0);
}

/* SPIs: outbound 0x10000000 * N + client, inbound 0x10000000 * N + 0x8000000 + client */
static void warm_sa(const struct way *up, const struct way *down, unsigned int client,
		    unsigned int n)
{
	unsigned int out = 0x10000000 * n + client, in = out + 0x8000000, seq;

	ike(up, client, n == 1 ? AUTH : CHILD, INITIATOR, n);
	ike(down, client, n == 1 ? AUTH : CHILD, RESPONSE, n);
	for (seq = 1; seq <= 3; seq++) {
		esp(up, out, seq);
		esp(down, in, seq);
	}
}

typedef void warm_t(const struct way *up, const struct way *down, unsigned int client,
		    unsigned int n);

static warm_t *step(const char *name)
{
	if (!strcmp(name, "udp"))
		return warm_udp;
	if (!strcmp(name, "init"))
		return warm_init;
	return strcmp(name, "sa") ? NULL : warm_sa;
}

int main(int argc, char **argv)
{
	unsigned int count, n, client;
	struct way up, down;
	long long start;
	warm_t *warm;

	warm = argc < 8 ? NULL : step(argv[7]);
	if (!warm || (warm == warm_sa) != (argc == 9)) {
		fprintf(stderr, "usage: bench_warm CLIENT_NETNS SERVER_NETNS FIRST_CLIENT COUNT SERVER OUTSIDE udp|init|sa N\n");
		return 2;
	}
	open_ways(&up, &down, argv + 1, argv[5], argv[6]);
	parse_address(&up.src, argv[3]);
	count = atoi(argv[4]);
	n = argc == 9 ? atoi(argv[8]) : 0;
	start = now();
	for (client = 1; client <= count; client++, next_address(&up.src))
		warm(&up, &down, client, n);
	printf("%lld\n", now() - start);
	return 0;
}
