// SPDX-License-Identifier: GPL-2.0
/* L2TP packets that nobody asked for, from any source address. */
#include "l2tp.h"
#include "spread.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct flood {
	struct addr src, dst;
	u16 sport, dport;
	u32 value;		/* of the kind, 0: random */
	u32 turn;
	struct spread spread;
};

/* What follows the UDP header, or the IP header */
struct body {
	u8 data[1200];
	size_t len;
};

static u32 value_or_random(const struct flood *f)
{
	return f->value ? f->value : roll32() | 1;
}

/* Control messages of L2TPv2, AVP by AVP */

static void begin(struct body *b, u16 version, u16 tunnel, u16 session)
{
	memset(b->data, 0, 12);
	put16(b->data, 0xc800 | version);
	put16(b->data + 4, tunnel);
	put16(b->data + 6, session);
	b->len = 12;
}

static void end(struct body *b)
{
	put16(b->data + 2, b->len);
}

static u8 *raw_avp(struct body *b, u16 flags_len, u16 type, size_t octets)
{
	u8 *p = b->data + b->len;

	memset(p, 0x41, octets);
	if (octets >= 2)
		put16(p, flags_len);
	if (octets >= 6) {
		put16(p + 2, 0);
		put16(p + 4, type);
	}
	b->len += octets;
	return p + 6;
}

static void avp16(struct body *b, u16 type, u16 value)
{
	put16(raw_avp(b, 0x8008, type, 8), value);
}

static void avp32(struct body *b, u16 type, u32 value)
{
	put32(raw_avp(b, 0x800a, type, 10), value);
}

static void message(struct body *b, u16 tunnel, u16 session, u16 type)
{
	begin(b, 2, tunnel, session);
	avp16(b, 0, type);
}

static void sccrq(const struct flood *f, struct body *b)
{
	message(b, 0, 0, SCCRQ);
	avp16(b, 2, 0x0100);
	avp32(b, 3, 3);
	raw_avp(b, 0x8000 | (6 + 5), 7, 11);
}

static void make_sccrq(const struct flood *f, struct body *b)
{
	sccrq(f, b);
	avp16(b, 9, value_or_random(f));
	end(b);
}

static void make_id_zero(const struct flood *f, struct body *b)
{
	sccrq(f, b);
	avp16(b, 9, 0);
	end(b);
}

static void make_id_twice(const struct flood *f, struct body *b)
{
	sccrq(f, b);
	avp16(b, 9, 11);
	avp16(b, 9, 12);
	end(b);
}

static void make_id_length(const struct flood *f, struct body *b)
{
	u32 octets = f->turn % 8;

	sccrq(f, b);
	octets += octets >= 2;		/* 2 would be right */
	raw_avp(b, 0x8000 | (6 + octets), 9, 6 + octets);
	end(b);
}

/* An AVP that is too short to hold its own header */
static void make_avp_short(const struct flood *f, struct body *b)
{
	sccrq(f, b);
	raw_avp(b, 0x8000 | f->turn % 6, 9, 8);
	avp16(b, 9, 77);
	end(b);
}

static void make_avp_long(const struct flood *f, struct body *b)
{
	static const u16 len[] = { 1023, 9, 12, 512 };

	sccrq(f, b);
	raw_avp(b, 0x8000 | len[f->turn % ARRAY_SIZE(len)], 9, 8);
	end(b);
}

/* As many AVPs as fit, all empty */
static void make_avp_many(const struct flood *f, struct body *b)
{
	int i;

	sccrq(f, b);
	for (i = 0; i < 150; i++)
		raw_avp(b, 0x8006, 1000 + i, 6);
	avp16(b, 9, value_or_random(f));
	end(b);
}

static void make_avp_unknown(const struct flood *f, struct body *b)
{
	sccrq(f, b);
	raw_avp(b, 0x8000 | 10, 4711, 10);
	avp16(b, 9, value_or_random(f));
	end(b);
}

static void make_avp_cut(const struct flood *f, struct body *b)
{
	sccrq(f, b);
	raw_avp(b, 0x8008, 9, 1 + f->turn % 5);
	end(b);
}

static void make_no_type(const struct flood *f, struct body *b)
{
	begin(b, 2, 0, 0);
	avp16(b, 9, value_or_random(f));
	end(b);
}

static void make_hidden(const struct flood *f, struct body *b)
{
	sccrq(f, b);
	raw_avp(b, 0xc000 | (6 + 12), 9, 18);
	end(b);
}

static void make_short(const struct flood *f, struct body *b)
{
	make_sccrq(f, b);
	b->len = f->turn % 12;
}

static void make_length(const struct flood *f, struct body *b)
{
	static const u16 len[] = { 0, 11, 13, 2000, 65535 };

	make_sccrq(f, b);
	put16(b->data + 2, len[f->turn % ARRAY_SIZE(len)]);
}

/* 1 is L2F; 2 and 3 exist */
static void make_version(const struct flood *f, struct body *b)
{
	u32 version = f->turn % 14;

	make_sccrq(f, b);
	put16(b->data, 0xc800 | (version < 2 ? version : version + 2));
}

/* T without L, without S, with O */
static void make_flags(const struct flood *f, struct body *b)
{
	static const u16 flags[] = { 0x8802, 0xc002, 0xca02, 0x8002 };

	make_sccrq(f, b);
	put16(b->data, flags[f->turn % ARRAY_SIZE(flags)]);
}

/* Forged parts of a dialogue; the value is the receiver's tunnel id */

static void make_sccrp(const struct flood *f, struct body *b)
{
	message(b, value_or_random(f), 0, SCCRP);
	avp16(b, 2, 0x0100);
	avp16(b, 9, roll32() | 1);
	put16(b->data + 10, 1);
	end(b);
}

static void make_stopccn(const struct flood *f, struct body *b)
{
	message(b, value_or_random(f), 0, STOPCCN);
	avp16(b, 1, 6);
	avp16(b, 9, value_or_random(f));
	end(b);
}

static void make_cdn(const struct flood *f, struct body *b)
{
	message(b, value_or_random(f), roll(65536), CDN);
	avp16(b, 1, 3);
	avp16(b, 14, 1 + roll(65535));
	end(b);
}

static void make_icrq(const struct flood *f, struct body *b)
{
	message(b, value_or_random(f), 0, ICRQ);
	avp16(b, 14, 1 + roll(65535));
	avp32(b, 15, f->turn);
	end(b);
}

static void make_zlb(const struct flood *f, struct body *b)
{
	begin(b, 2, value_or_random(f), 0);
	end(b);
}

static void make_data(const struct flood *f, struct body *b)
{
	memset(b->data, 0xda, 100);
	put16(b->data, 2);
	put16(b->data + 2, value_or_random(f));
	put16(b->data + 4, 1 + roll(65535));
	b->len = 100;
}

static void make_data_short(const struct flood *f, struct body *b)
{
	make_data(f, b);
	b->len = f->turn % 6;
}

static void make_data_offset(const struct flood *f, struct body *b)
{
	make_data(f, b);
	put16(b->data, 0x0202);
	put16(b->data + 6, 0xffff);
}

/* L2TPv3; over IP its control messages begin with four zeros */

static void v3(struct body *b, u16 type, u32 id)
{
	begin(b, 3, 0, 0);
	put32(b->data + 4, id);
	avp16(b, 0, type);
}

static void lead(struct body *b)
{
	memmove(b->data + 4, b->data, b->len);
	memset(b->data, 0, 4);
	b->len += 4;
}

static void make_v3_sccrq(const struct flood *f, struct body *b)
{
	v3(b, SCCRQ, 0);
	avp32(b, 60, 1);
	avp32(b, 61, value_or_random(f));
	end(b);
}

static void make_v3_icrq(const struct flood *f, struct body *b)
{
	v3(b, ICRQ, value_or_random(f));
	avp32(b, 63, roll32() | 1);
	avp32(b, 64, 0);
	end(b);
}

static void make_v3_data(const struct flood *f, struct body *b)
{
	memset(b->data, 0xd3, 100);
	put32(b->data, 0x00030000);
	put32(b->data + 4, value_or_random(f));
	b->len = 100;
}

static void make_v3_short(const struct flood *f, struct body *b)
{
	make_v3_data(f, b);
	b->len = 2 + f->turn % 6;
}

static void make_ip_sccrq(const struct flood *f, struct body *b)
{
	make_v3_sccrq(f, b);
	lead(b);
}

static void make_ip_icrq(const struct flood *f, struct body *b)
{
	make_v3_icrq(f, b);
	lead(b);
}

static void make_ip_avp_short(const struct flood *f, struct body *b)
{
	v3(b, SCCRQ, 0);
	raw_avp(b, 0x8000 | f->turn % 6, 61, 10);
	end(b);
	lead(b);
}

static void make_ip_data(const struct flood *f, struct body *b)
{
	memset(b->data, 0x1d, 100);
	put32(b->data, value_or_random(f));
	b->len = 100;
}

static void make_ip_short(const struct flood *f, struct body *b)
{
	make_ip_sccrq(f, b);
	if (f->turn & 1)
		put32(b->data, roll32() | 1);
	b->len = f->turn & 1 ? f->turn / 2 % 4 : 4 + f->turn / 2 % 12;
}

#define UDP IPPROTO_UDP
#define V3 IPPROTO_L2TP_

static const struct kind_of {
	const char *name;
	u8 proto;
	void (*make)(const struct flood *f, struct body *b);
} kinds[] = {
	{ "sccrq", UDP, make_sccrq }, { "id-zero", UDP, make_id_zero },
	{ "id-twice", UDP, make_id_twice }, { "id-length", UDP, make_id_length },
	{ "avp-short", UDP, make_avp_short }, { "avp-long", UDP, make_avp_long },
	{ "avp-many", UDP, make_avp_many }, { "avp-unknown", UDP, make_avp_unknown },
	{ "avp-cut", UDP, make_avp_cut }, { "no-type", UDP, make_no_type },
	{ "hidden", UDP, make_hidden }, { "short", UDP, make_short },
	{ "length", UDP, make_length }, { "version", UDP, make_version },
	{ "flags", UDP, make_flags }, { "sccrp", UDP, make_sccrp },
	{ "stopccn", UDP, make_stopccn }, { "cdn", UDP, make_cdn }, { "icrq", UDP, make_icrq },
	{ "zlb", UDP, make_zlb }, { "data", UDP, make_data },
	{ "data-short", UDP, make_data_short }, { "data-offset", UDP, make_data_offset },
	{ "v3-sccrq", UDP, make_v3_sccrq }, { "v3-icrq", UDP, make_v3_icrq },
	{ "v3-data", UDP, make_v3_data }, { "v3-short", UDP, make_v3_short },
	{ "ip-sccrq", V3, make_ip_sccrq }, { "ip-icrq", V3, make_ip_icrq },
	{ "ip-avp-short", V3, make_ip_avp_short }, { "ip-data", V3, make_ip_data },
	{ "ip-short", V3, make_ip_short },
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
static size_t put_packet(u8 *p, struct flood *f, u8 proto, const struct body *b)
{
	size_t alen, hlen = proto == UDP ? 28 : 20;

	memset(p, 0, hlen);
	p[0] = 0x45;
	put16(p + 2, hlen + b->len);
	p[8] = 64;
	p[9] = proto;
	if (f->src.len)
		memcpy(p + 12, addr_bytes(&f->src, &alen), 4);
	memcpy(p + 16, addr_bytes(&f->dst, &alen), 4);
	if (proto == UDP) {
		put16(p + 20, f->sport);
		put16(p + 22, f->dport);
		put16(p + 24, 8 + b->len);
	}
	memcpy(p + hlen, b->data, b->len);
	return hlen + b->len;
}

static void emit(int fd, struct flood *f, const struct kind_of *k)
{
	struct body b;
	u8 buf[1300];
	size_t len;

	k->make(f, &b);
	len = put_packet(buf, f, k->proto, &b);
	spread_packet(&f->spread, buf, f->turn);
	if (sendto(fd, buf, len, 0, (void *)&f->dst.ss, f->dst.len) < 0 && errno != ENOBUFS)
		die_errno("cannot send to %s", addr_text(&f->dst));
}

static void parse(struct flood *f, int argc, char **argv, long *count, long *ms)
{
	static const struct option opts[] = {
		{ "dst", required_argument, NULL, 'd' }, { "src", required_argument, NULL, 's' },
		{ "sport", required_argument, NULL, 'p' },
		{ "dport", required_argument, NULL, 'P' },
		{ "count", required_argument, NULL, 'c' }, { "ms", required_argument, NULL, 'm' },
		SPREAD_OPTIONS, { NULL, 0, NULL, 0 }
	};
	int o;

	while ((o = getopt_long(argc, argv, "+", opts, NULL)) != -1) {
		switch (o) {
		case 'd': f->dst = address(optarg, 0); break;
		case 's': f->src = address(optarg, 0); break;
		case 'p': f->sport = number(optarg, "--sport", 0, 65535); break;
		case 'P': f->dport = number(optarg, "--dport", 0, 65535); break;
		case 'c': *count = number(optarg, "--count", 1, 10000000); break;
		case 'm': *ms = number(optarg, "--ms", 0, 10000); break;
		default:
			if (!spread_option(&f->spread, o, optarg))
				usage_error("flood: unknown option");
		}
	}
	if (f->dst.ss.ss_family != AF_INET)
		usage_error("flood: --dst ADDRESS (IPv4) is missing");
}

int flood_main(int argc, char **argv)
{
	struct flood f = { .sport = L2TP_PORT, .dport = L2TP_PORT };
	const struct kind_of *k;
	long count = 1, ms = 0;
	int fd;

	parse(&f, argc, argv, &count, &ms);
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
