// SPDX-License-Identifier: GPL-2.0
/* Print GRE, ESP, IKE or ICMP packets that come in on an interface, one line of key=value each. */
#define _GNU_SOURCE
#include "frame.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <poll.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct packet {
	const u8 *ip, *l4;
	size_t len, l4_len;
	u8 proto;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
};

struct filter {
	u8 proto;			/* 0: any but neighbour discovery */
	const char *src, *dst;
	const char *out;
};

/* Parse IPv4 or IPv6 at @ip, which may be a quoted packet that was cut short. */
static bool parse_ip(const u8 *ip, size_t len, struct packet *p)
{
	size_t hlen;

	p->ip = ip;
	p->len = len;
	if (len >= 20 && ip[0] >> 4 == 4) {
		hlen = (ip[0] & 15) * 4;
		p->proto = ip[9];
		inet_ntop(AF_INET, ip + 12, p->src, sizeof(p->src));
		inet_ntop(AF_INET, ip + 16, p->dst, sizeof(p->dst));
	} else if (len >= 40 && ip[0] >> 4 == 6) {
		hlen = 40;
		p->proto = ip[6];
		inet_ntop(AF_INET6, ip + 8, p->src, sizeof(p->src));
		inet_ntop(AF_INET6, ip + 24, p->dst, sizeof(p->dst));
	} else {
		return false;
	}
	if (hlen > len)
		return false;
	p->l4 = ip + hlen;
	p->l4_len = len - hlen;
	return true;
}

static bool is_icmp(const struct packet *p)
{
	return p->proto == IPPROTO_ICMP || p->proto == IPPROTO_ICMPV6;
}

/* Type of an ICMP message that quotes a packet. */
static bool is_error(const struct packet *p)
{
	u8 type = p->l4[0];

	if (p->proto == IPPROTO_ICMPV6)
		return type < 128;
	return type == 3 || type == 11 || type == 12 || type == 5;
}

static bool icmp_csum_ok(const struct packet *p)
{
	u32 sum = 0;

	if (p->proto == IPPROTO_ICMPV6)
		sum = csum_add(0, p->ip + 8, 32) + p->l4_len + IPPROTO_ICMPV6;
	return !csum_fold(csum_add(sum, p->l4, p->l4_len));
}

static bool ip_csum_ok(const struct packet *p)
{
	return p->ip[0] >> 4 == 6 || !csum_fold(csum_add(0, p->ip, (p->ip[0] & 15) * 4));
}

/* What tells whose it is */
static void print_ids(const struct packet *p, const char *prefix)
{
	if (p->l4_len < 8)
		return;
	if (p->proto == IPPROTO_GRE)
		printf(" %sid=%u", prefix, get16(p->l4 + 6));
	if (p->proto == IPPROTO_ESP)
		printf(" %sspi=%u %sseq=%u", prefix, get32(p->l4), prefix, get32(p->l4 + 4));
	if (p->proto != IPPROTO_UDP)
		return;
	printf(" %ssport=%u %sdport=%u", prefix, get16(p->l4), prefix, get16(p->l4 + 2));
	if (p->l4_len >= 16)
		printf(" %scookie=%08x%08x", prefix, get32(p->l4 + 8), get32(p->l4 + 12));
}

static void print_icmp(const struct packet *p)
{
	struct packet inner;
	u32 mtu = p->proto == IPPROTO_ICMPV6 ? get32(p->l4 + 4) : get16(p->l4 + 6);

	printf(" type=%u code=%u mtu=%u csum=%s", p->l4[0], p->l4[1], mtu,
	       icmp_csum_ok(p) ? "ok" : "bad");
	if (!is_error(p) || !parse_ip(p->l4 + 8, p->l4_len - 8, &inner))
		return;
	printf(" inner_src=%s inner_dst=%s inner_proto=%u inner_len=%zu inner_csum=%s", inner.src,
	       inner.dst, inner.proto, inner.l4_len, ip_csum_ok(&inner) ? "ok" : "bad");
	print_ids(&inner, "inner_");
}

static void print_packet(const struct packet *p)
{
	printf("src=%s dst=%s proto=%u len=%zu", p->src, p->dst, p->proto, p->len);
	print_ids(p, "");
	if (is_icmp(p) && p->l4_len >= 8)
		print_icmp(p);
	printf("\n");
	fflush(stdout);
}

static void save(const struct packet *p, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, p->ip, p->len) != (ssize_t)p->len)
		die_errno("cannot write %s", path);
	close(fd);
}

static bool wanted(const struct filter *f, const struct packet *p)
{
	if (f->proto == IPPROTO_ICMP ? !is_icmp(p) || p->l4_len < 8 || !is_error(p) :
				       p->proto != f->proto)
		return false;
	return (!f->src || !strcmp(f->src, p->src)) && (!f->dst || !strcmp(f->dst, p->dst));
}

/* Length of the IP packet, which may be shorter than its padded frame. */
static size_t ip_len(const u8 *ip, size_t len)
{
	size_t total = len;

	if (len >= 20 && ip[0] >> 4 == 4)
		total = get16(ip + 2);
	else if (len >= 40 && ip[0] >> 4 == 6)
		total = 40 + get16(ip + 4);
	return total < len ? total : len;
}

static bool next_packet(struct port *port, const struct filter *f, u64 end)
{
	struct pollfd pfd = { .fd = port->fd, .events = POLLIN };
	static u8 frame[70000];
	struct sockaddr_ll from = { .sll_pkttype = PACKET_HOST };
	socklen_t flen = sizeof(from);
	struct packet p;
	ssize_t n;

	while (now_ms() < end) {
		n = recvfrom(port->fd, frame, sizeof(frame), 0, (void *)&from, &flen);
		if (n < 0) {
			poll(&pfd, 1, (int)(end - now_ms()));
			continue;
		}
		if (from.sll_pkttype == PACKET_OUTGOING || n < 34 ||
		    !parse_ip(frame + 14, ip_len(frame + 14, n - 14), &p) || !wanted(f, &p))
			continue;
		print_packet(&p);
		if (f->out)
			save(&p, f->out);
		return true;
	}
	return false;
}

static u8 proto_number(const char *text)
{
	if (!strcmp(text, "gre"))
		return IPPROTO_GRE;
	if (!strcmp(text, "esp"))
		return IPPROTO_ESP;
	if (!strcmp(text, "ah"))
		return IPPROTO_AH;
	if (!strcmp(text, "udp"))
		return IPPROTO_UDP;
	if (!strcmp(text, "icmp"))
		return IPPROTO_ICMP;
	usage_error("sniff: --proto '%s' is none of gre esp ah udp icmp", text);
}

int sniff_main(int argc, char **argv)
{
	static const struct option opts[] = {
		{ "dev", required_argument, NULL, 'd' }, { "proto", required_argument, NULL, 'p' },
		{ "count", required_argument, NULL, 'c' },
		{ "timeout", required_argument, NULL, 't' },
		{ "out", required_argument, NULL, 'o' }, { "src", required_argument, NULL, 's' },
		{ "dst", required_argument, NULL, 'D' }, { "ready", required_argument, NULL, 'r' },
		{ NULL, 0, NULL, 0 }
	};
	struct filter f = { .proto = IPPROTO_GRE };
	const char *dev = "eth0", *ready = NULL;
	long count = 1, seconds = 10;
	struct port port;
	u64 end;
	int o;

	while ((o = getopt_long(argc, argv, "", opts, NULL)) != -1) {
		switch (o) {
		case 'd': dev = optarg; break;
		case 'p': f.proto = proto_number(optarg); break;
		case 'c': count = number(optarg, "--count", 1, 1000000); break;
		case 't': seconds = number(optarg, "--timeout", 1, 3600); break;
		case 'o': f.out = optarg; break;
		case 's': f.src = optarg; break;
		case 'D': f.dst = optarg; break;
		case 'r': ready = optarg; break;
		default: usage_error("sniff: unknown option");
		}
	}
	port_open(&port, NULL, dev, NULL, 0x0003);
	if (ready)
		touch(ready);
	end = now_ms() + seconds * 1000;
	while (count && next_packet(&port, &f, end))
		count--;
	puts(count ? "FAILED: no such packet" : "done");
	return count != 0;
}
