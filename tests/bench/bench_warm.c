// SPDX-License-Identifier: GPL-2.0
/*
 * Bring IPsec tunnels of many clients up, as far as a router can see: IKEv2 messages and the
 * first ESP packets of both ends, in the order of real ones. One process plays all clients,
 * whose addresses follow each other, and their server, each from a network namespace.
 *
 *   init  the IKE SA of each client, without ESP
 *   sa N  its Nth pair of ESP SAs; traffic goes back and forth until it is confirmed
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/ip.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "bench.h"

#define IKE_PORT	500
#define IKE_LEN		100
#define ESP_LEN		100
#define INIT		34
#define AUTH		35
#define CHILD		36
#define INITIATOR	0x08
#define RESPONSE	0x20

/* Where packets come from and go to. */
struct way {
	int fd;
	struct in_addr src, dst;
};

static void send_ip(const struct way *way, int protocol, const void *data, size_t len)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = way->dst };
	unsigned char packet[200] = { 0 };
	struct iphdr ih = {
		.version = 4, .ihl = 5, .ttl = 64, .protocol = protocol,
		.tot_len = htons(sizeof(ih) + len),
		.saddr = way->src.s_addr, .daddr = way->dst.s_addr,
	};

	memcpy(packet, &ih, sizeof(ih));
	memcpy(packet + sizeof(ih), data, len);
	if (sendto(way->fd, packet, sizeof(ih) + len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("sendto");
}

static void put32(unsigned char *p, unsigned int v)
{
	v = htonl(v);
	memcpy(p, &v, sizeof(v));
}

static void ike(const struct way *way, unsigned int client, int exchange, int flags,
		unsigned int msgid)
{
	unsigned char m[8 + IKE_LEN] = { 0 }, *h = m + 8;
	unsigned short ports[3] = { htons(IKE_PORT), htons(IKE_PORT), htons(sizeof(m)) };

	memcpy(m, ports, sizeof(ports));
	put32(h, 0xc0000000 + client);
	put32(h + 4, client);
	if (exchange != INIT || flags & RESPONSE)
		put32(h + 8, 0xd0000000 + client);
	h[16] = exchange == INIT ? 33 : 46;
	h[17] = 0x20;
	h[18] = exchange;
	h[19] = flags;
	put32(h + 20, msgid);
	put32(h + 24, IKE_LEN);
	send_ip(way, IPPROTO_UDP, m, sizeof(m));
}

static void esp(const struct way *way, unsigned int spi, unsigned int seq)
{
	unsigned char m[ESP_LEN] = { 0 };

	put32(m, spi);
	put32(m + 4, seq);
	send_ip(way, IPPROTO_ESP, m, sizeof(m));
}

static void warm_init(const struct way *up, const struct way *down, unsigned int client)
{
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

static void parse_address(struct in_addr *a, const char *text)
{
	if (inet_pton(AF_INET, text, a) != 1) {
		fprintf(stderr, "bench_warm: '%s' is not an IPv4 address\n", text);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	unsigned int count, n = 0, client;
	struct way up, down;

	if (argc < 8 || (strcmp(argv[7], "init") && argc != 9)) {
		fprintf(stderr, "usage: bench_warm CLIENT_NETNS SERVER_NETNS FIRST_CLIENT COUNT SERVER OUTSIDE init|sa N\n");
		return 2;
	}
	up.fd = socket_in(argv[1]);
	down.fd = socket_in(argv[2]);
	parse_address(&up.src, argv[3]);
	parse_address(&up.dst, argv[5]);
	parse_address(&down.dst, argv[6]);
	down.src = up.dst;
	count = atoi(argv[4]);
	if (argc == 9)
		n = atoi(argv[8]);
	for (client = 1; client <= count; client++) {
		if (n)
			warm_sa(&up, &down, client, n);
		else
			warm_init(&up, &down, client);
		up.src.s_addr = htonl(ntohl(up.src.s_addr) + 1);
	}
	return 0;
}
