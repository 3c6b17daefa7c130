/* SPDX-License-Identifier: GPL-2.0 */
/* What the benchmark's packet sources share. */
#ifndef BENCH_H
#define BENCH_H

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_PAYLOAD	300	/* behind the IP header */

/* Where packets come from and go to. */
struct way {
	int fd;
	struct in_addr src, dst;
};

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

/* A raw socket in a network namespace, which this process is in from then on. */
static inline int socket_in(const char *netns)
{
	const int one = 1;
	int ns = open(netns, O_RDONLY | O_CLOEXEC), fd;

	if (ns < 0 || setns(ns, CLONE_NEWNET))
		die(netns);
	close(ns);
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &one, sizeof(one)))
		die("socket");
	return fd;
}

static inline void parse_address(struct in_addr *a, const char *text)
{
	if (inet_pton(AF_INET, text, a) != 1) {
		fprintf(stderr, "'%s' is not an IPv4 address\n", text);
		exit(2);
	}
}

/* @netns: the clients', the server's. Clients' addresses are for the caller. */
static inline void open_ways(struct way *up, struct way *down, char **netns, const char *server,
			     const char *outside)
{
	up->fd = socket_in(netns[0]);
	down->fd = socket_in(netns[1]);
	parse_address(&up->dst, server);
	parse_address(&down->dst, outside);
	down->src = up->dst;
}

static inline void next_address(struct in_addr *a)
{
	a->s_addr = htonl(ntohl(a->s_addr) + 1);
}

static inline void send_ip(const struct way *way, int protocol, const void *data, size_t len)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr = way->dst };
	struct iphdr ih = {
		.version = 4, .ihl = 5, .ttl = 64, .protocol = protocol,
		.tot_len = htons(sizeof(ih) + len),
		.saddr = way->src.s_addr, .daddr = way->dst.s_addr,
	};
	unsigned char packet[sizeof(ih) + MAX_PAYLOAD];

	memcpy(packet, &ih, sizeof(ih));
	memcpy(packet + sizeof(ih), data, len);
	if (sendto(way->fd, packet, sizeof(ih) + len, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		die("sendto");
}

static inline void store16(unsigned char *p, unsigned int v)
{
	p[0] = v >> 8;
	p[1] = v;
}

static inline void store32(unsigned char *p, unsigned int v)
{
	store16(p, v >> 16);
	store16(p + 2, v);
}

/* Nanoseconds; in a guest whose clock counts instructions, instructions */
static inline long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

#endif
