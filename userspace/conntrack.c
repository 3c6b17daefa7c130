// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: conntrack entries, for looking at. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "conntrack.h"

#define LIST		"/proc/net/nf_conntrack"

/* The text behind the @nth " KEY=", NULL if there is none. */
static const char *field(const char *line, const char *key, unsigned int nth)
{
	size_t len = strlen(key);

	while ((line = strstr(line, key))) {
		line += len;
		if (!nth--)
			return line;
	}
	return NULL;
}

static uint32_t addr(const char *line, const char *key, unsigned int nth)
{
	const char *text = field(line, key, nth);
	struct in_addr in = { 0 };
	char buf[INET_ADDRSTRLEN];

	if (text && sscanf(text, "%15[0-9.]", buf) == 1)
		inet_pton(AF_INET, buf, &in);
	return ntohl(in.s_addr);
}

static unsigned int port(const char *line, const char *key)
{
	const char *text = field(line, key, 0);

	return text ? strtoul(text, NULL, 10) : 0;
}

/* ipv4     2 udp      17 29 src=... dst=... sport=... dport=... [UNREPLIED] src=... ... */
static bool parse(const char *line, struct entry *e)
{
	*e = (struct entry){
		.src = addr(line, " src=", 0),
		.dst = addr(line, " dst=", 0),
		.sport = port(line, " sport="),
		.dport = port(line, " dport="),
		.reply_dst = addr(line, " dst=", 1),
		.unreplied = strstr(line, "[UNREPLIED]"),
	};
	return sscanf(line, "ipv4 %*u %*s %u", &e->l4) == 1 && e->src && e->dst;
}

/**
 * entries_read() - get all IPv4 entries of this network namespace
 * @e: to be filled; entries_free() it
 */
void entries_read(struct entries *e)
{
	FILE *f = fopen(LIST, "re");
	char line[1024];

	*e = (struct entries){ .read = f };
	while (f && fgets(line, sizeof(line), f)) {
		struct entry *v = reallocarray(e->v, e->n + 1, sizeof(*v));

		if (!v)
			abort();
		e->v = v;
		e->n += parse(line, &v[e->n]);
	}
	if (f)
		fclose(f);
}

void entries_free(struct entries *e)
{
	free(e->v);
}
