// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for what "vpnpass block" and doctor read of ctnetlink, and the requests that
 * follow from it: any datagrams. Only entries of a protocol that is blocked are deleted, and none that is
 * this router's own; each request is well formed and names one entry.
 *
 * Input: one byte (bits 0 to 2: the protocols; bit 3: only read) and datagrams as fake_socket.h has them.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <stdio.h>

#include "fake_socket.h"

#define getifaddrs		fake_getifaddrs
#define freeifaddrs		fake_freeifaddrs
#define fopen(path, how)	((FILE *)&fake)
#define fclose(file)	((void)(file))

static int fake_getifaddrs(struct ifaddrs **list);
static void fake_freeifaddrs(struct ifaddrs *list);

#include "../../userspace/ct.c"
#include "../../userspace/ctend.c"

#undef fopen
#undef fclose

/* Of the lab: 203.0.113.1 and fd77::1 are the router's, as is an interface without address. */
static struct sockaddr_in here4 = { .sin_family = AF_INET };
static struct sockaddr_in6 here6 = { .sin6_family = AF_INET6 };

static int fake_getifaddrs(struct ifaddrs **list)
{
	static struct ifaddrs v[3];

	here4.sin_addr.s_addr = htonl(0xcb007101);
	inet_pton(AF_INET6, "fd77::1", &here6.sin6_addr);
	v[0] = (struct ifaddrs){ .ifa_next = &v[1] };
	v[1] = (struct ifaddrs){ .ifa_next = &v[2], .ifa_addr = (struct sockaddr *)&here4 };
	v[2] = (struct ifaddrs){ .ifa_addr = (struct sockaddr *)&here6 };
	*list = v;
	return 0;
}

static void fake_freeifaddrs(struct ifaddrs *list)
{
	must(!list || !list->ifa_addr, "it is the list");
}

int out_fail(int rc, const char *fmt, ...)
{
	must(fmt && *fmt && rc, "failures are said");
	return rc;
}

static unsigned int blocked;
static bool asked;

static bool may_end(uint8_t l4)
{
	switch (l4) {
	case IPPROTO_GRE:
		return blocked & 1u << VPNPASS_PROTO_PPTP;
	case 115:
		return blocked & 1u << VPNPASS_PROTO_L2TP;
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return blocked & 1u << VPNPASS_PROTO_IPSEC;
	case IPPROTO_TCP:
		return blocked & (1u << VPNPASS_PROTO_PPTP | 1u << VPNPASS_PROTO_IPSEC);
	case IPPROTO_UDP:
		return blocked & (1u << VPNPASS_PROTO_L2TP | 1u << VPNPASS_PROTO_IPSEC);
	}
	return false;
}

static void sent(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr = mnl_nlmsg_get_payload_offset(nlh, sizeof(struct nfgenmsg));
	struct ct_tuple t = { .l4 = 0 };

	if (nlh->nlmsg_type == CT_TYPE(IPCTNL_MSG_CT_GET)) {
		must(nlh->nlmsg_flags & NLM_F_DUMP, "all entries are asked for");
		asked = true;
		return;
	}
	must(asked && nlh->nlmsg_type == CT_TYPE(IPCTNL_MSG_CT_DELETE), "entries are deleted");
	must(!(nlh->nlmsg_flags & NLM_F_DUMP) && nlh->nlmsg_flags & NLM_F_ACK, "one at a time");
	must(mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct nfgenmsg) + sizeof(*attr) &&
	     mnl_attr_ok(attr, (const char *)nlh + nlh->nlmsg_len - (const char *)attr),
	     "a request has a tuple");
	must((mnl_attr_get_type(attr)) == CTA_TUPLE_ORIG, "the original one");
	mnl_attr_parse_nested(attr, tuple_attr, &t);
	must(may_end(t.l4), "the entry is of a blocked protocol");
	must(t.src.len != 4 || memcmp(t.src.bytes, &here4.sin_addr, 4), "it is not the router's");
	must(t.src.len != 16 || memcmp(t.src.bytes, &here6.sin6_addr, 16), "it is not the router's");
}

static bool any(const struct ct_entry *e, const void *ctx)
{
	must(!ctx && !e->msg, "a filter sees what is not kept yet");
	return true;
}

static void check_addr(const struct ct_addr *addr)
{
	unsigned int i;

	must(!addr->len || addr->len == 4 || addr->len == 16, "lengths of addresses");
	for (i = addr->len; i < sizeof(addr->bytes); i++)
		must(!addr->bytes[i], "zeros follow an address");
}

/* As doctor does: all entries, of which none is deleted. */
static void read_all(void)
{
	struct ct_entries list;
	size_t i;

	ct_read(&list, any, NULL);
	for (i = 0; i < list.n; i++) {
		check_addr(&list.v[i].orig.src);
		check_addr(&list.v[i].orig.dst);
		check_addr(&list.v[i].reply.src);
		check_addr(&list.v[i].reply.dst);
		must(list.v[i].msg->nlmsg_type >= NLMSG_MIN_TYPE, "an entry has its message");
	}
	ct_free(&list);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	int rc;

	if (!size)
		return 0;
	blocked = data[0] % 8;
	asked = false;
	fake_begin(data + 1, size - 1);
	if (data[0] & 8) {
		read_all();
	} else {
		rc = ct_end(blocked);
		must(rc >= 0 && rc < 128, "exit codes");
	}
	must(!fake.sock.opened, "the socket is closed");
	return 0;
}
