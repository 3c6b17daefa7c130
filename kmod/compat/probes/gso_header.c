// SPDX-License-Identifier: GPL-2.0
/* skb_gso_segment() has a header of its own. */
#include <net/gso.h>

struct sk_buff *probe(struct sk_buff *skb);
struct sk_buff *probe(struct sk_buff *skb)
{
	return skb_gso_segment(skb, 0);
}
