/* SPDX-License-Identifier: GPL-2.0 */
/* vpnpass tool: tunnels as rows and as JSON. */
#ifndef VPNPASS_TUNNELS_H
#define VPNPASS_TUNNELS_H

#include "out.h"
#include "rec.h"
#include "vpnpass.h"

/**
 * struct rates - what a tunnel carries a second
 * @known: there was something to compare with
 * @tx_packets: packets from client to server
 * @tx_bytes: their bytes
 * @rx_packets: packets from server to client
 * @rx_bytes: their bytes
 */
struct rates {
	bool known;
	uint64_t tx_packets;
	uint64_t tx_bytes;
	uint64_t rx_packets;
	uint64_t rx_bytes;
};

void tunnels_sort(struct recs *tunnels);
int tunnels_compare(const struct rec *a, const struct rec *b);
void tunnels_print(const struct recs *tunnels, const struct rates *rates, unsigned int width,
		   unsigned int height);
json_t *tunnels_json(const struct recs *tunnels, const struct rates *rates);

int tunnels_watch(struct genl *g, const struct options *opt, unsigned int ms);

#endif /* VPNPASS_TUNNELS_H */
