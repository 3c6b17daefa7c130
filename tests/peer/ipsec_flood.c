// SPDX-License-Identifier: GPL-2.0
/* Packets that nobody asked for, from any source address: ESP, AH, and IKE that is none. */
#define _GNU_SOURCE
#include "ipsec.h"
#include "spread.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BODY	64	/* octets of a packet */

struct flood {
	struct addr src, dst;
	u32 value;		/* of the kind, 0: random */
	u32 turn;
	struct spread spread;
};

struct packet {
	u8 data[256];
	size_t len;
};

/* ESP */

static void esp(struct packet *p, u32 spi, u32 seq)
{
	p->len = BODY;
	memset(p->data, 0xe5, p->len);
	put32(p->data, spi);
	put32(p->data + 4, seq);
}

static void make_esp(const struct flood *f, struct packet *p)
{
	esp(p, f->value ? f->value : 256 + roll(0xfffffe00), 1 + roll(100));
}

static void make_esp_zero(const struct flood *f, struct packet *p)
{
	esp(p, 0, 1);
}

static void make_esp_low(const struct flood *f, struct packet *p)
{
	esp(p, 1 + roll(255), 1);
}

static void make_esp_short(const struct flood *f, struct packet *p)
{
	esp(p, roll32(), 1);
	p->len = f->turn % 8;
}

/* AH */

static void make_ah(const struct flood *f, struct packet *p)
{
	p->len = 44;
	memset(p->data, 0xa4, p->len);
	p->data[0] = 59;	/* nothing follows */
	p->data[1] = 4;
	put16(p->data + 2, 0);
	put32(p->data + 4, 256 + roll(1000));
	put32(p->data + 8, 1);
}

/* IKE */

static void udp(const struct flood *f, struct packet *p, size_t payload)
{
	put16(p->data, IKE_PORT);
	put16(p->data + 2, IKE_PORT);
	put16(p->data + 4, 8 + payload);
	put16(p->data + 6, 0);
	p->len = 8 + payload;
}

static u8 *ike(const struct flood *f, struct packet *p, u8 version, u8 exchange)
{
	u8 *h = p->data + 8;

	memset(h, 0x1c, 100);
	put32(h, f->value ? f->value : roll32() | 1);
	put32(h + 4, f->value ? f->value ^ 0x5a5a5a5a : roll32());
	put32(h + 8, roll32() | 1);
	put32(h + 12, roll32());
	h[16] = 1;
	h[17] = version << 4;
	h[18] = exchange;
	h[19] = version == 2 ? 8 : 0;
	put32(h + 20, roll32() | 1);
	put32(h + 24, 100);
	udp(f, p, 100);
	return h;
}

/* The first message of an IKE SA, its responder's cookie not known yet */
static void make_ike_init(const struct flood *f, struct packet *p)
{
	u8 *h = ike(f, p, f->turn & 1 ? 1 : 2, f->turn & 1 ? 2 : 34);

	memset(h + 8, 0, 8);
	put32(h + 20, 0);
}

/* Messages that make an ESP SA, on an IKE SA that nobody has */
static void make_ike_sa(const struct flood *f, struct packet *p)
{
	static const u8 v2[] = { 35, 36, 37 };

	if (f->turn & 1)
		ike(f, p, 1, 32);
	else
		ike(f, p, 2, v2[f->turn / 2 % 3])[19] = f->turn & 8 ? 0x20 : 8;
}

static void make_ike_short(const struct flood *f, struct packet *p)
{
	ike(f, p, 1, 2);
	udp(f, p, f->turn % 28);
}

static void make_ike_version(const struct flood *f, struct packet *p)
{
	ike(f, p, 3 + f->turn % 12, 2);
}

static void make_ike_length(const struct flood *f, struct packet *p)
{
	static const u32 len[] = { 0, 27, 101, 65535, 0xffffffff };

	put32(ike(f, p, 1, 2) + 24, len[f->turn % ARRAY_SIZE(len)]);
}

static void make_ike_cookie(const struct flood *f, struct packet *p)
{
	u8 *h = ike(f, p, 1, 32);

	memset(f->turn & 1 ? h : h + 8, 0, 8);
}

static void make_ike_exchange(const struct flood *f, struct packet *p)
{
	ike(f, p, f->turn & 1 ? 1 : 2, f->turn & 1 ? 36 : 2);
}

static const struct kind_of {
	const char *name;
	u8 proto;
	void (*make)(const struct flood *f, struct packet *p);
} kinds[] = {
	{ "esp", IPPROTO_ESP, make_esp }, { "esp-zero", IPPROTO_ESP, make_esp_zero },
	{ "esp-low", IPPROTO_ESP, make_esp_low }, { "esp-short", IPPROTO_ESP, make_esp_short },
	{ "ah", IPPROTO_AH, make_ah },
	{ "ike-init", IPPROTO_UDP, make_ike_init }, { "ike-sa", IPPROTO_UDP, make_ike_sa },
	{ "ike-short", IPPROTO_UDP, make_ike_short },
	{ "ike-version", IPPROTO_UDP, make_ike_version },
	{ "ike-length", IPPROTO_UDP, make_ike_length },
	{ "ike-cookie", IPPROTO_UDP, make_ike_cookie },
	{ "ike-exchange", IPPROTO_UDP, make_ike_exchange },
};

static const struct kind_of *find_kind(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	fprintf(stderr, "Kinds:");
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		fprintf(stderr, " %s", kinds[i].name);
	fputc('\n', stderr);
	usage_error("flood: no kind is called '%s'", name);
}

/* An IPv4 header of our own; without --src the kernel fills in the source address. */
static size_t put_ipv4(u8 *buf, struct flood *f, const struct kind_of *k, const struct packet *p)
{
	size_t alen;

	memset(buf, 0, 20);
	buf[0] = 0x45;
	put16(buf + 2, 20 + p->len);
	buf[8] = 64;
	buf[9] = k->proto;
	if (f->src.len)
		memcpy(buf + 12, addr_bytes(&f->src, &alen), 4);
	memcpy(buf + 16, addr_bytes(&f->dst, &alen), 4);
	memcpy(buf + 20, p->data, p->len);
	return 20 + p->len;
}

static void emit(int fd, struct flood *f, const struct kind_of *k)
{
	struct packet p;
	u8 buf[512];
	size_t len;

	k->make(f, &p);
	len = put_ipv4(buf, f, k, &p);
	spread_packet(&f->spread, buf, f->turn);
	if (sendto(fd, buf, len, 0, (void *)&f->dst.ss, f->dst.len) < 0 && errno != ENOBUFS)
		die_errno("cannot send to %s", addr_text(&f->dst));
}

int flood_main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "dst", required_argument, NULL, 'd' }, { "src", required_argument, NULL, 's' },
		{ "count", required_argument, NULL, 'c' }, { "ms", required_argument, NULL, 'm' },
		SPREAD_OPTIONS, { NULL, 0, NULL, 0 }
	};
	struct flood f = { .turn = 0 };
	const struct kind_of *k;
	long count = 1, ms = 0;
	int o, fd;

	while ((o = getopt_long(argc, argv, "+", opts, NULL)) != -1) {
		switch (o) {
		case 'd': f.dst = address(optarg, 0); break;
		case 's': f.src = address(optarg, 0); break;
		case 'c': count = number(optarg, "--count", 1, 10000000); break;
		case 'm': ms = number(optarg, "--ms", 0, 10000); break;
		default:
			if (!spread_option(&f.spread, o, optarg))
				usage_error("flood: unknown option");
		}
	}
	if (f.dst.ss.ss_family != AF_INET)
		usage_error("flood: --dst ADDRESS (IPv4) is missing");
	k = find_kind(argv[optind] ? argv[optind] : "");
	if (argv[optind] && argv[optind + 1])
		f.value = strtoul(argv[optind + 1], NULL, 0);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		die_errno("cannot open a raw socket (needs root)");
	for (; f.turn < (u32)count; f.turn++) {
		spread_wait(&f.spread, f.turn);
		emit(fd, &f, k);
		f.value += f.spread.up;
		if (ms)
			usleep(ms * 1000);
	}
	return 0;
}
