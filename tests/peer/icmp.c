// SPDX-License-Identifier: GPL-2.0
/* Send an ICMP error about a packet that sniff wrote, from any source address. */
#define _GNU_SOURCE
#include "util.h"

#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct error {
	struct addr src, dst;
	u8 type, code;
	u32 mtu;
	long quote;			/* bytes behind the quoted IP header */
	const char *file;
};

static size_t read_packet(const char *path, u8 *buf, size_t room)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		die_errno("cannot open %s", path);
	n = read(fd, buf, room);
	if (n < 20)
		die("%s holds no IP packet", path);
	close(fd);
	return n;
}

/* ICMP header and quote; @pseudo is the sum of what precedes it. */
static size_t put_icmp(u8 *p, const struct error *e, u32 pseudo, bool v6)
{
	u8 packet[2048];
	size_t have = read_packet(e->file, packet, sizeof(packet));
	size_t hlen = packet[0] >> 4 == 4 ? (packet[0] & 15) * 4 : 40;
	size_t want = hlen + e->quote < have ? hlen + e->quote : have;

	memset(p, 0, 8);
	p[0] = e->type;
	p[1] = e->code;
	if (v6)
		put32(p + 4, e->mtu);
	else
		put16(p + 6, e->mtu);
	memcpy(p + 8, packet, want);
	if (v6)
		pseudo += IPPROTO_ICMPV6 + 8 + want;
	put16(p + 2, csum_fold(csum_add(pseudo, p, 8 + want)));
	return 8 + want;
}

static size_t put_v4(u8 *p, struct error *e)
{
	size_t alen, len = put_icmp(p + 20, e, 0, false);

	memset(p, 0, 20);
	p[0] = 0x45;
	p[1] = 0xc0;
	put16(p + 2, 20 + len);
	p[8] = 64;
	p[9] = IPPROTO_ICMP;
	memcpy(p + 12, addr_bytes(&e->src, &alen), 4);
	memcpy(p + 16, addr_bytes(&e->dst, &alen), 4);
	put16(p + 10, csum_fold(csum_add(0, p, 20)));
	return 20 + len;
}

static size_t put_v6(u8 *p, struct error *e)
{
	size_t alen, len;

	memset(p, 0, 40);
	p[0] = 0x60;
	p[6] = IPPROTO_ICMPV6;
	p[7] = 64;
	memcpy(p + 8, addr_bytes(&e->src, &alen), 16);
	memcpy(p + 24, addr_bytes(&e->dst, &alen), 16);
	len = put_icmp(p + 40, e, csum_add(0, p + 8, 32), true);
	put16(p + 4, len);
	return 40 + len;
}

static void parse(struct error *e, int argc, char **argv)
{
	static const struct option opts[] = {
		{ "src", required_argument, NULL, 's' }, { "dst", required_argument, NULL, 'd' },
		{ "type", required_argument, NULL, 't' }, { "code", required_argument, NULL, 'c' },
		{ "mtu", required_argument, NULL, 'm' }, { "quote", required_argument, NULL, 'q' },
		{ "packet", required_argument, NULL, 'p' }, { NULL, 0, NULL, 0 }
	};
	int o;

	while ((o = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (o) {
		case 's': e->src = address(optarg, 0); break;
		case 'd': e->dst = address(optarg, 0); break;
		case 't': e->type = number(optarg, "--type", 0, 255); break;
		case 'c': e->code = number(optarg, "--code", 0, 255); break;
		case 'm': e->mtu = number(optarg, "--mtu", 0, 65535); break;
		case 'q': e->quote = number(optarg, "--quote", 0, 1400); break;
		case 'p': e->file = optarg; break;
		default: usage_error("icmp: unknown option");
		}
	}
	if (!e->src.len || !e->dst.len || !e->file)
		usage_error("icmp: needs --src, --dst and --packet");
}

int icmp_main(int argc, char **argv)
{
	struct error e = { .type = 3, .code = 4, .quote = 8 };
	struct addr to;
	u8 buf[4096];
	size_t len;
	int fd;

	parse(&e, argc, argv);
	len = e.dst.ss.ss_family == AF_INET ? put_v4(buf, &e) : put_v6(buf, &e);
	fd = socket(e.dst.ss.ss_family, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		die_errno("cannot open a raw socket (needs root)");
	to = e.dst;
	if (sendto(fd, buf, len, 0, (void *)&to.ss, to.len) != (ssize_t)len)
		die_errno("cannot send to %s", addr_text(&to));
	return 0;
}
