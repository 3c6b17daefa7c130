// SPDX-License-Identifier: GPL-2.0
/*
 * Send packets through the router under test and print the guest's nanoseconds per packet. In
 * a guest whose clock counts instructions (QEMU's -icount shift=0) these are instructions.
 * The same raw sockets and size for every kind, so that only the router's work differs. Of
 * several rounds the least one counts: timers and the like disturb the others.
 */
#include <netinet/tcp.h>
#include <sys/resource.h>
#include "bench.h"

#define PACKET		100	/* bytes behind the IP header */
#define WARM_UP		2000
#define ROUNDS_LEAST	3
#define ROUNDS		8
#define MAX_STREAMS	16384
#define FIRST_SEQ	100	/* above those of bench_warm */

/* What is sent as the same flow: its socket, and what tells it from others. */
struct stream {
	int fd;
	unsigned int id;	/* network order */
	unsigned int seq;
	unsigned short port;	/* UDP destination, network order; 0: the packet's own */
};

struct job {
	const char *kind;
	struct sockaddr_in src, dst;
	unsigned int sport, dport;
	unsigned char packet[PACKET];
	unsigned int id_at, id_len, seq_at, seq_len;	/* where a packet has them, if at all */
	struct stream stream[MAX_STREAMS];
	unsigned int nstreams;
	int protocol;
};

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
	j->id_at = 6;
	j->id_len = 2;
	memcpy(j->packet, head, sizeof(head));
}

static void make_esp(struct job *j)
{
	j->protocol = IPPROTO_ESP;
	j->id_len = 4;
	j->seq_at = 4;
	j->seq_len = 4;
}

static void make_udp(struct job *j)
{
	unsigned short head[4] = { htons(j->sport), htons(j->dport), htons(PACKET), 0 };

	j->protocol = IPPROTO_UDP;
	memcpy(j->packet, head, sizeof(head));
}

/* Data of L2TPv2 and of L2TPv3 over UDP, the headers as kernels send them */
static void make_l2tp(struct job *j)
{
	j->sport = 1701;
	j->dport = 1701;
	make_udp(j);
	j->packet[9] = j->kind[4] - '0';
	j->id_at = j->packet[9] == 2 ? 10 : 12;
	j->id_len = j->packet[9] == 2 ? 2 : 4;
}

/* Data of L2TPv3 over IP */
static void make_l2tp_ip(struct job *j)
{
	j->protocol = 115;
	j->id_len = 4;
}

/* Flows that differ in their ports, as one id: source port, destination port */
static void make_udp_flows(struct job *j)
{
	make_udp(j);
	j->id_len = 4;
}

/* IKEv2 INFORMATIONAL, as dead peer detection has it, on one IKE SA. */
static void make_ike(struct job *j)
{
	static const unsigned char head[28] = {
		'b', 'e', 'n', 'c', 'h', ' ', 'i', 1, 'b', 'e', 'n', 'c', 'h', ' ', 'r', 1,
		46, 0x20, 37, 0x08, 0, 0, 0, 0, 0, 0, 0, PACKET - 8,
	};

	make_udp(j);
	memcpy(j->packet + 8, head, sizeof(head));
	j->seq_at = 28;
	j->seq_len = 4;
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

static void address(struct sockaddr_in *sa, const char *text)
{
	sa->sin_family = AF_INET;
	parse_address(&sa->sin_addr, text);
}

static int open_socket(const struct job *j, const struct sockaddr_in *src)
{
	int fd = socket(AF_INET, SOCK_RAW, j->protocol);
	const int one = 1;

	/* transparent: any source address, which isn't looked up then */
	if (fd < 0 || setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &one, sizeof(one)) ||
	    bind(fd, (const struct sockaddr *)src, sizeof(*src)) ||
	    connect(fd, (const struct sockaddr *)&j->dst, sizeof(j->dst)))
		die("socket");
	return fd;
}

static void add_stream(struct job *j, int fd, unsigned int id, unsigned int port)
{
	struct stream *s = &j->stream[j->nstreams++];

	s->fd = fd;
	s->id = j->id_len == 2 ? htons(id) : htonl(id);
	s->seq = FIRST_SEQ;
	s->port = htons(port);
}

/* Lines "ID [SOURCE [UDP_PORT]]". One socket for each source, the same for lines in a row. */
static void read_streams(struct job *j, const char *file)
{
	struct sockaddr_in src = j->src;
	char line[80], from[32];
	FILE *f = fopen(file, "r");
	unsigned int id, port;
	int fd = -1;

	if (!f)
		die(file);
	while (j->nstreams < MAX_STREAMS && fgets(line, sizeof(line), f)) {
		int n = sscanf(line, "%i %31s %u", (int *)&id, from, &port);

		if (n < 1)
			break;
		if (n > 1)
			address(&src, from);
		if (fd < 0 || src.sin_addr.s_addr != j->src.sin_addr.s_addr)
			fd = open_socket(j, &src);
		j->src = src;
		add_stream(j, fd, id, n == 3 ? port : 0);
	}
	fclose(f);
	if (!j->nstreams) {
		fprintf(stderr, "bench_send: no ids in %s\n", file);
		exit(1);
	}
}

static void send_packets(struct job *j, long count)
{
	static unsigned int next;

	while (count--) {
		struct stream *s = &j->stream[next];
		unsigned int seq = htonl(s->seq++);

		memcpy(j->packet + j->id_at, &s->id, j->id_len);
		memcpy(j->packet + j->seq_at, &seq, j->seq_len);
		if (s->port)
			memcpy(j->packet + 2, &s->port, sizeof(s->port));
		next = next + 1 < j->nstreams ? next + 1 : 0;
		if (send(s->fd, j->packet, PACKET, 0) != PACKET)
			die("send");
	}
}

/* The rounds have as many packets of each stream */
static double least(struct job *j, long count, long rounds)
{
	double best = 0;
	int i;

	for (i = 0; i < rounds; i++) {
		long long start = now();
		double took;

		send_packets(j, count);
		took = (double)(now() - start) / count;
		if (!i || took < best)
			best = took;
	}
	return best;
}

/*
 * So many packets in ROUNDS rounds. Fewer rounds, down to three, if there are so many streams that
 * a round has to be longer: in each of one or two a timer may be at work.
 */
static double measure(struct job *j, long count)
{
	long streams = j->nstreams, each = count / ROUNDS, rounds = ROUNDS;

	each = (each + streams - 1) / streams * streams;
	while (rounds > ROUNDS_LEAST && each * rounds > count)
		rounds--;
	return least(j, each, rounds);
}

static void make_flow(struct job *j, const char *ports)
{
	if (sscanf(ports, "%u:%u", &j->sport, &j->dport) != 2) {
		fprintf(stderr, "bench_send: '%s' is not SPORT:DPORT\n", ports);
		exit(2);
	}
	if (!strcmp(j->kind, "udp"))
		make_udp(j);
	else if (!strcmp(j->kind, "ike"))
		make_ike(j);
	else
		make_tcp(j);
	add_stream(j, open_socket(j, &j->src), 0, 0);
}

static void make(struct job *j, char **argv)
{
	j->kind = argv[1];
	address(&j->src, argv[2]);
	address(&j->dst, argv[3]);
	if (!strcmp(j->kind, "gre"))
		make_gre(j);
	else if (!strcmp(j->kind, "esp"))
		make_esp(j);
	else if (!strcmp(j->kind, "udp") && !strchr(argv[5], ':'))
		make_udp_flows(j);
	else if (!strcmp(j->kind, "l2tp2") || !strcmp(j->kind, "l2tp3"))
		make_l2tp(j);
	else if (!strcmp(j->kind, "l2tpip"))
		make_l2tp_ip(j);
	if (j->id_len)
		read_streams(j, argv[5]);
	else
		make_flow(j, argv[5]);
}

int main(int argc, char **argv)
{
	const struct rlimit files = { MAX_STREAMS + 16, MAX_STREAMS + 16 };
	static struct job j;
	long count;

	if (argc != 6) {
		fprintf(stderr, "usage: bench_send gre|esp|l2tp2|l2tp3|l2tpip|udp|tcp|ike SRC DST COUNT STREAMS|SPORT:DPORT\n");
		return 2;
	}
	count = atol(argv[4]);
	if (setrlimit(RLIMIT_NOFILE, &files))
		die("setrlimit");
	make(&j, argv);
	if (count == 1) {
		send_packets(&j, 1);
		return 0;
	}
	send_packets(&j, WARM_UP);
	printf("%.1f\n", measure(&j, count));
	return 0;
}
