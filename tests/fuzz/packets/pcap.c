// SPDX-License-Identifier: GPL-2.0
/* Files of tcpdump -w: classic pcap, Ethernet, of a machine with our byte order. */
#include "packet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC		0xa1b2c3d4
#define ETH_HLEN	14

struct file_header {
	u32 magic;
	u16 major, minor;
	u32 zone, figures, longest, link;
};

struct packet_header {
	u32 sec, usec, len, whole;
};

static void add(struct capture *c, const struct packet_header *h, const u8 *frame, bool wan)
{
	struct packet *p;
	u16 type = get16(frame + 12);

	if ((type != 0x0800 && type != 0x86dd) || h->len - ETH_HLEN > PACKET_MAX / 2)
		return;
	c->v = realloc(c->v, (c->n + 1) * sizeof(*c->v));
	if (!c->v)
		die("out of memory");
	p = &c->v[c->n++];
	p->time = h->sec * 1000000ULL + h->usec;
	p->wan = wan;
	p->v6 = type == 0x86dd;
	p->len = h->len - ETH_HLEN;
	memcpy(p->data, frame + ETH_HLEN, p->len);
}

void capture_load(struct capture *c, const char *path, bool wan)
{
	u8 frame[65536];
	struct file_header head;
	struct packet_header h;
	FILE *f = fopen(path, "rb");

	if (!f)
		die_errno("cannot open '%s'", path);
	if (fread(&head, sizeof(head), 1, f) != 1 || head.magic != MAGIC || head.link != 1)
		die("'%s' is no capture of Ethernet by this kind of machine", path);
	while (fread(&h, sizeof(h), 1, f) == 1) {
		if (h.len > sizeof(frame) || h.len < ETH_HLEN + 20 || fread(frame, h.len, 1, f) != 1)
			die("'%s' is damaged", path);
		if (c->n < CAPTURE_MAX)
			add(c, &h, frame, wan);
	}
	fclose(f);
}

static int by_time(const void *a, const void *b)
{
	const struct packet *x = a, *y = b;

	return x->time < y->time ? -1 : x->time > y->time;
}

void capture_sort(struct capture *c)
{
	if (c->n)
		qsort(c->v, c->n, sizeof(*c->v), by_time);
}
