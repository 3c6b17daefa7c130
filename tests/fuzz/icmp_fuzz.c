// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for the look into ICMP errors (kmod/icmp.c): any bytes, IPv4 and IPv6. Only
 * an error whose quoted packet belongs to somebody gets an entry, and only if it is for whom
 * that packet came from and its checksum is right; nothing but the quoted id and the checksum
 * is changed, which is right then too; references are balanced.
 *
 * Input: one byte (bit 0: IPv6; bit 1: the checksum is made right; bit 2: the receiver is who sent
 * what is quoted; bit 3: there is no memory; bit 4: the flow has no entry; bit 5: the output
 * hook, where checksums are not looked at; bits 6 and 7: what ids become) and the ICMP message.
 */
#include "skb.h"

#include <stdio.h>

#include "../../kmod/icmp.c"

#define FRONT	20	/* bytes before the message */

bool vpnpass_udp_key = true;

static struct net net;
static struct nf_conn entry = { .refs = 1 };
static struct vpnpass_binding known;
static unsigned int counted, asked, off_asked;
static u8 input;

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

struct vpnpass_net *vpnpass_pernet(const struct net *n)
{
	must(n == &net, "it is our network namespace");
	return (void *)&net;
}

bool vpnpass_zone(const struct sk_buff *skb, u16 *zone)
{
	must(!skb->ct, "it has no entry yet");
	*zone = 5;
	return true;
}

struct nf_conn *vpnpass_entry_get(struct vpnpass_flow *flow)
{
	must((void *)flow == &known, "the entry is the flow's");
	if (input & 16)
		return NULL;
	entry.refs++;
	return &entry;
}

void vpnpass_count(struct vpnpass_net *vn, unsigned int id, unsigned int what)
{
	must(vn && id < 3 && what < VPNPASS_COUNT_MAX, "counters exist");
	counted++;
}

/* An id is 4 bytes; or 2, of which the low half of a key is made. Odd ones are known. */
static struct vpnpass_binding *find(const struct sk_buff *skb, unsigned int off,
				    struct vpnpass_key *key, unsigned int at, unsigned int width)
{
	u8 _p[4], *p = skb_header_pointer(skb, off + at, width, _p);
	u32 id = 0, i;

	asked++;
	off_asked = off;
	must(key->zone == 5 && (key->kind & ~VPNPASS_IPV6) == VPNPASS_ERROR, "keys are of errors");
	if (!p)
		return ERR_PTR(-EPROTO);
	for (i = 0; i < width; i++)
		id = id << 8 | p[i];
	key->id = htonl(id);
	if (!(id & 1))
		return NULL;
	known.key = *key;
	known.flow = (void *)&known;
	known.dir = id >> 1 & 1;
	known.id = htonl(input >> 6 ? (width == 2 ? (id ^ input << 8) & 0xffff : ~id) : id);
	return &known;
}

static bool write_id(struct sk_buff *skb, unsigned int off, unsigned int width, __be32 to)
{
	u32 id = ntohl(to), i;

	if (skb_ensure_writable(skb, off + width))
		return false;
	for (i = 0; i < width; i++)
		skb->data[off + i] = id >> 8 * (width - 1 - i);
	return true;
}

static struct vpnpass_binding *gre_error(struct vpnpass_net *vn, const struct sk_buff *skb,
					 unsigned int off, struct vpnpass_key *key)
{
	(void)vn;
	return find(skb, off, key, 6, 2);
}

static bool gre_mangle(struct sk_buff *skb, unsigned int off, __be32 from, __be32 to)
{
	(void)from;
	return write_id(skb, off + 6, 2, to);
}

static struct vpnpass_binding *esp_error(struct vpnpass_net *vn, const struct sk_buff *skb,
					 unsigned int off, struct vpnpass_key *key)
{
	(void)vn;
	return find(skb, off, key, 0, 4);
}

static bool esp_mangle(struct sk_buff *skb, unsigned int off, __be32 from, __be32 to)
{
	(void)from;
	return write_id(skb, off, 4, to);
}

static const struct vpnpass_engine gre = { .id = 0, .error = gre_error, .error_mangle = gre_mangle };
static const struct vpnpass_engine esp = { .id = 2, .error = esp_error, .error_mangle = esp_mangle };
static const struct vpnpass_engine udp = { .id = 1, .udp = true, .error = esp_error,
					   .error_mangle = esp_mangle };

const struct vpnpass_engine *vpnpass_data_engine(struct vpnpass_net *vn, u8 l4proto)
{
	(void)vn;
	return l4proto == 47 ? &gre : l4proto == 50 ? &esp : NULL;
}

const struct vpnpass_engine *vpnpass_udp_engine(struct vpnpass_net *vn, __be16 port)
{
	(void)vn;
	return port == htons(1701) || port == htons(500) ? &udp : NULL;
}

static bool is_error(const u8 *icmp, bool v6)
{
	return v6 ? icmp[0] < 128 : icmp_is_err(icmp[0]);
}

static u16 sum_of(const u8 *p, unsigned int len)
{
	return skb_sum(p, len, 0);
}

/* What a first look says the quoted sender is. */
static void quoted_sender(const u8 *icmp, size_t len, bool v6, union nf_inet_addr *addr)
{
	size_t at = v6 ? 16 : 20, n = v6 ? 16 : 4;

	memset(addr, 0, sizeof(*addr));
	if (len >= at + n)
		memcpy(addr, icmp + at, n);
}

static void check_changes(const struct sk_buff *skb, const u8 *before, bool right)
{
	unsigned int i, n = 0;

	for (i = 0; i < skb->len; i++) {
		if (skb->data[i] == before[i])
			continue;
		n++;
		must(i < skb->writable, "what is written is writable");
		must(i - FRONT == 2 || i - FRONT == 3 || (i >= off_asked && i < off_asked + 8),
		     "only the id and the checksum are changed");
	}
	must(n <= 6, "no more than these are changed");
	must(!right || sum_of(skb->data + FRONT, skb->len - FRONT) == 0xffff,
	     "the checksum is right as before");
}

static void check(const struct sk_buff *skb, const u8 *before, unsigned int verdict, bool right)
{
	must(verdict == NF_ACCEPT || (verdict == NF_DROP && skb->no_memory && input >> 6),
	     "what can't be changed is dropped, nothing else");
	must(counted <= 1 && asked <= 1, "one look, one count");
	must(entry.refs == 1 + !!skb->ct, "references are balanced");
	must(!skb->ct || verdict == NF_ACCEPT, "what is dropped has no entry");
	if (skb->ct) {
		must(is_error(before + FRONT, input & 1), "only errors get an entry");
		must(right || input & 32, "only with a right checksum");
		must(!memcmp(&skb->dst, &known.key.src, sizeof(skb->dst)), "only if it is for the sender");
		must(skb->ctinfo == (known.dir ? IP_CT_RELATED : IP_CT_RELATED_REPLY),
		     "errors travel against what they quote");
	}
	check_changes(skb, before, right);
	must(skb->ct || !memcmp(skb->data, before, skb->len) || verdict == NF_DROP,
	     "what gets no entry is not changed");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct nf_hook_state state = { .net = &net };
	struct vpnpass_packet pkt = { .state = &state, .off = FRONT };
	struct sk_buff skb = { .len = FRONT + size - 1, .dst = { .all = { 1 } } };
	unsigned int verdict;
	bool right;
	u8 *before;
	u16 sum;

	if (size < 9)
		return 0;
	input = data[0];
	pkt.ipv6 = input & 1;
	state.hook = input & 32 ? NF_INET_LOCAL_OUT : NF_INET_PRE_ROUTING;
	net.ct.sysctl_checksum = true;
	skb.no_memory = input & 8;
	skb.data = calloc(1, skb.len);
	before = malloc(skb.len);
	must(skb.data && before, "there is memory");
	memcpy(skb.data + FRONT, data + 1, size - 1);
	if (input & 2) {
		memset(skb.data + FRONT + 2, 0, 2);
		sum = ~sum_of(skb.data + FRONT, size - 1);
		skb.data[FRONT + 2] = sum >> 8;
		skb.data[FRONT + 3] = sum & 0xff;
	}
	right = sum_of(skb.data + FRONT, size - 1) == 0xffff;
	if (input & 4)
		quoted_sender(skb.data + FRONT, size - 1, pkt.ipv6, &skb.dst);
	memcpy(before, skb.data, skb.len);
	counted = asked = off_asked = 0;
	verdict = vpnpass_icmp(&skb, &pkt);
	check(&skb, before, verdict, right);
	nf_reset_ct(&skb);
	free(skb.data);
	free(before);
	return 0;
}
