// SPDX-License-Identifier: GPL-2.0
/* Packets of PPTP that nobody asked for, from any source addresses. */
#include "flood.h"
#include "spread.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#define RAW_PORT	20000

/* Enhanced GRE with a random call id (RFC 2637 4.1) */
static size_t put_gre(u8 *p, u32 turn)
{
	memset(p, 0xee, 44);
	put16(p, 0x3001);
	put16(p + 2, 0x880b);
	put16(p + 4, 32);
	put16(p + 6, turn * 40503u);
	put32(p + 8, turn);
	return 44;
}

/* Its checksum follows when the addresses are known. */
static size_t put_tcp(u8 *p, u32 turn, u8 flags)
{
	memset(p, 0, 20);
	put16(p, RAW_PORT);
	put16(p + 2, MSG_PORT);
	put32(p + 4, turn);
	p[12] = 5 << 4;
	p[13] = flags;
	put16(p + 14, 65535);
	return 20;
}

static size_t put_syn(u8 *p, u32 turn)
{
	return put_tcp(p, turn, TCP_SYN);
}

static size_t put_ack(u8 *p, u32 turn)
{
	return put_tcp(p, turn, TCP_ACK);
}

static void tcp_checksum(u8 *ip, size_t len)
{
	u32 sum = csum_add(0, ip + 12, 8);

	put16(ip + 36, 0);
	sum += IPPROTO_TCP + len - 20;
	put16(ip + 36, csum_fold(csum_add(sum, ip + 20, len - 20)));
}

static const struct kind_of {
	const char *name;
	u8 proto;
	size_t (*put)(u8 *p, u32 turn);
} kinds[] = {
	{ "gre", IPPROTO_GRE, put_gre }, { "syn", IPPROTO_TCP, put_syn },
	{ "ack", IPPROTO_TCP, put_ack },
};

static const struct kind_of *find_kind(const char *name)
{
	size_t i;

	for (i = 0; name && i < ARRAY_SIZE(kinds); i++) {
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	}
	usage_error("raw: the kinds are gre, syn and ack");
}

static void emit(int fd, const struct kind_of *k, struct addr *src, struct addr *dst,
		 const struct spread *s, u32 turn)
{
	size_t alen, len;
	u8 ip[100] = { 0x45 };

	ip[8] = 64;
	ip[9] = k->proto;
	memcpy(ip + 12, addr_bytes(src, &alen), 4);
	memcpy(ip + 16, addr_bytes(dst, &alen), 4);
	len = 20 + k->put(ip + 20, turn);
	put16(ip + 2, len);
	spread_packet(s, ip, turn);
	if (k->proto == IPPROTO_TCP)
		tcp_checksum(ip, len);
	if (sendto(fd, ip, len, 0, (void *)&dst->ss, dst->len) < 0 && errno != ENOBUFS)
		die_errno("cannot send to %s", addr_text(dst));
}

int raw_main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "dst", required_argument, NULL, 'd' }, { "src", required_argument, NULL, 's' },
		{ "count", required_argument, NULL, 'c' },
		SPREAD_OPTIONS, { NULL, 0, NULL, 0 }
	};
	struct addr src = { .len = 0 }, dst = { .len = 0 };
	struct spread spread = { .rate = 0 };
	const struct kind_of *k;
	u32 count = 1, turn;
	int o, fd;

	while ((o = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (o) {
		case 'd': dst = address(optarg, 0); break;
		case 's': src = address(optarg, 0); break;
		case 'c': count = number(optarg, "--count", 1, 10000000); break;
		default:
			if (!spread_option(&spread, o, optarg))
				usage_error("raw: unknown option");
		}
	}
	if (src.ss.ss_family != AF_INET || dst.ss.ss_family != AF_INET)
		usage_error("raw: --src and --dst ADDRESS (IPv4) are needed");
	k = find_kind(argv[optind]);
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		die_errno("cannot open a raw socket (needs root)");
	for (turn = 0; turn < count; turn++) {
		spread_wait(&spread, turn);
		emit(fd, k, &src, &dst, &spread, turn);
	}
	return 0;
}
