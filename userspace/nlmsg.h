/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: netlink messages. */
#ifndef VPNPASS_NLMSG_H
#define VPNPASS_NLMSG_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

/**
 * nlmsg_fits() - is there a whole message?
 * @nlh: message
 * @len: how much there is
 *
 * Return: as mnl_nlmsg_ok(), which takes a length of 2 GiB for a negative one.
 */
static inline bool nlmsg_fits(const struct nlmsghdr *nlh, int len)
{
	return mnl_nlmsg_ok(nlh, len) && nlh->nlmsg_len <= (unsigned int)len;
}

#endif /* VPNPASS_NLMSG_H */
