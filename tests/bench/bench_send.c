// SPDX-License-Identifier: GPL-2.0
/*
 * Send packets through the router under test and print the guest's nanoseconds per packet. In
 * a guest whose clock counts instructions (QEMU's -icount shift=0) these are instructions.
 * The same raw socket and size for every kind, so that only the router's work differs. Of
 * several rounds the least one counts: timers and the like disturb the others.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PACKET	100	/* bytes behind the IP header */
#define WARM_UP	2000
#define ROUNDS	8
#define MAX_IDS	16384

struct job {
	const char *kind;
	struct sockaddr_in src, dst;
	unsigned int sport, dport;
	unsigned char packet[PACKET];
	unsigned short ids[MAX_IDS];	/* network order */
	unsigned int nids;
	int protocol;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static unsigned short checksum(const void *data, size_t len, unsigned int sum)
{
	const unsigned short *p = data;

	for (; len > 1; len -= 2)
		sum += *p++;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

static void make_gre(struct job *j)
{
	static const unsigned char head[16] = {
		0x30, 0x01, 0x88, 0x0b, 0, PACKET - 16, 0, 0, 0, 0, 0, 1,
	};

	j->protocol = IPPROTO_GRE;
	memcpy(j->packet, head, sizeof(head));
}

static void make_udp(struct job *j)
{
	unsigned short head[4] = { htons(j->sport), htons(j->dport), htons(PACKET), 0 };

	j->protocol = IPPROTO_UDP;
	memcpy(j->packet, head, sizeof(head));
}

static void make_tcp(struct job *j)
{
	struct tcphdr th = {
		.source = htons(j->sport), .dest = htons(j->dport), .seq = htonl(1000),
		.ack_seq = htonl(1000), .doff = 5, .ack = 1, .window = htons(8192),
	};
	unsigned int pseudo = (j->src.sin_addr.s_addr & 0xffff) + (j->src.sin_addr.s_addr >> 16) +
			      (j->dst.sin_addr.s_addr & 0xffff) + (j->dst.sin_addr.s_addr >> 16) +
			      htons(IPPROTO_TCP) + htons(PACKET);

	j->protocol = IPPROTO_TCP;
	memcpy(j->packet, &th, sizeof(th));
	th.check = checksum(j->packet, PACKET, pseudo);
	memcpy(j->packet, &th, sizeof(th));
}

static void read_ids(struct job *j, const char *file)
{
	FILE *f = fopen(file, "r");
	unsigned int id;

	if (!f)
		die(file);
	while (j->nids < MAX_IDS && fscanf(f, "%i", (int *)&id) == 1)
		j->ids[j->nids++] = htons(id);
	fclose(f);
	if (!j->nids) {
		fprintf(stderr, "bench_send: no call ids in %s\n", file);
		exit(1);
	}
}

static void send_packets(int fd, struct job *j, long count)
{
	unsigned int next = 0;

	while (count--) {
		if (j->nids) {
			memcpy(j->packet + 6, &j->ids[next], 2);
			next = next + 1 < j->nids ? next + 1 : 0;
		}
		if (send(fd, j->packet, PACKET, 0) != PACKET)
			die("send");
	}
}

static long long now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static double least(int fd, struct job *j, long count)
{
	double best = 0;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		long long start = now();
		double took;

		send_packets(fd, j, count);
		took = (double)(now() - start) / count;
		if (!i || took < best)
			best = took;
	}
	return best;
}

static void address(struct sockaddr_in *sa, const char *text)
{
	sa->sin_family = AF_INET;
	if (inet_pton(AF_INET, text, &sa->sin_addr) != 1) {
		fprintf(stderr, "bench_send: '%s' is not an IPv4 address\n", text);
		exit(2);
	}
}

static void make(struct job *j, char **argv)
{
	j->kind = argv[1];
	address(&j->src, argv[2]);
	address(&j->dst, argv[3]);
	if (!strcmp(j->kind, "gre")) {
		make_gre(j);
		read_ids(j, argv[5]);
		return;
	}
	if (sscanf(argv[5], "%u:%u", &j->sport, &j->dport) != 2) {
		fprintf(stderr, "bench_send: '%s' is not SPORT:DPORT\n", argv[5]);
		exit(2);
	}
	if (!strcmp(j->kind, "udp"))
		make_udp(j);
	else
		make_tcp(j);
}

int main(int argc, char **argv)
{
	static struct job j;
	long count;
	int fd;

	if (argc != 6) {
		fprintf(stderr, "usage: bench_send gre|udp|tcp SRC DST COUNT IDFILE|SPORT:DPORT\n");
		return 2;
	}
	count = atol(argv[4]);
	make(&j, argv);
	fd = socket(AF_INET, SOCK_RAW, j.protocol);
	if (fd < 0 || bind(fd, (struct sockaddr *)&j.src, sizeof(j.src)) ||
	    connect(fd, (struct sockaddr *)&j.dst, sizeof(j.dst)))
		die("socket");
	send_packets(fd, &j, count < WARM_UP ? count : WARM_UP);
	if (count <= WARM_UP)
		return 0;
	printf("%.1f\n", least(fd, &j, count / ROUNDS));
	return 0;
}
