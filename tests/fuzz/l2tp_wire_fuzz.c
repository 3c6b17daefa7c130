// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for what is read of L2TP: any bytes, over UDP and over IP. Nothing is read
 * beyond the bytes given; what is told of a message lies within it; a slow second reading
 * of the AVPs agrees; an edited id is read back and nothing else has changed.
 *
 * Input: one byte (bit 0: IP protocol 115, else UDP; bits 1 and 2: version, length and type
 * are set right; bits 3 to 7: bytes of a quote) and the payload.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../nf_nat_l2tp/wire.h"

static void must(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "broken: %s\n", what);
	abort();
}

/* Exactly sized, so that the sanitizer sees every byte too many. */
static u8 *copy(const u8 *p, size_t len)
{
	u8 *exact = malloc(len ? len : 1);

	if (!exact)
		abort();
	memcpy(exact, p, len);
	return exact;
}

static enum l2tp_wire_error parse(bool ip, const u8 *p, u32 head, u32 len, struct l2tp_header *h)
{
	return ip ? l2tp_ip_parse(p, head, len, h) : l2tp_udp_parse(p, head, len, h);
}

static bool same_id(const struct l2tp_id *a, const struct l2tp_id *b)
{
	return a->value == b->value && a->off == b->off && a->width == b->width &&
	       a->sight == b->sight;
}

static bool same_header(const struct l2tp_header *a, const struct l2tp_header *b)
{
	return same_id(&a->tunnel, &b->tunnel) && same_id(&a->session, &b->session) &&
	       a->body == b->body && a->end == b->end && a->version == b->version &&
	       a->control == b->control;
}

static bool same_message(const struct l2tp_message *a, const struct l2tp_message *b)
{
	return same_id(&a->assigned, &b->assigned) && same_id(&a->assigned3, &b->assigned3) &&
	       same_id(&a->local, &b->local) && same_id(&a->remote, &b->remote) &&
	       a->type == b->type && a->digest == b->digest;
}

/* Between @from and @to, of a width, and the bytes there are its value. */
static void sane_id(const u8 *p, const struct l2tp_id *id, u32 from, u32 to)
{
	u32 value = 0, i;

	must(id->sight <= L2TP_HIDDEN, "ids are absent, clear or hidden");
	if (id->sight != L2TP_CLEAR) {
		must(!id->value && !id->off && !id->width, "only clear ids have a place");
		return;
	}
	must(id->width == 2 || id->width == 4, "ids are 2 or 4 bytes wide");
	must(id->off >= from && id->off + id->width <= to, "ids lie within");
	for (i = 0; i < id->width; i++)
		value = value << 8 | p[id->off + i];
	must(value == id->value, "the value is what is there");
}

static void sane_header(const u8 *p, bool ip, u32 head, u32 len, const struct l2tp_header *h)
{
	bool v2 = h->version == 2;

	must(v2 || (h->version == 3), "the version is 2 or 3");
	must(!ip || !v2, "version 2 needs UDP");
	must(h->body <= h->end && h->end <= len, "header and message lie within the payload");
	must(h->control || h->end == len, "data ends with the payload");
	sane_id(p, &h->tunnel, 0, head);
	sane_id(p, &h->session, 0, head);
	must(h->tunnel.off + h->tunnel.width <= h->body, "the header holds its ids");
	must(h->session.off + h->session.width <= h->body, "the header holds its ids");
	must((h->tunnel.sight == L2TP_CLEAR) == (v2 || h->control), "v3 data has no tunnel id");
	must((h->session.sight == L2TP_CLEAR) == (v2 || !h->control), "v3 control has no session");
	must(h->tunnel.width <= (v2 ? 2 : 4) && h->session.width <= (v2 ? 2 : 4), "widths");
	must(h->control || (v2 ? h->tunnel.value : h->session.value), "data belongs to someone");
}

/*
 * The model: look for one attribute by a walk of its own, taking no notice of errors.
 * Returns how many there are; *@off is the value of the last.
 */
static unsigned int find(const u8 *p, const struct l2tp_header *h, u16 attr, u32 *off, bool *hidden)
{
	unsigned int found = 0;
	u32 at = h->body;

	while (h->end - at >= L2TP_AVP_HEADER_LEN) {
		u32 len = (p[at] & 3) << 8 | p[at + 1];

		if (len < L2TP_AVP_HEADER_LEN || len > h->end - at)
			return found;
		if (!p[at + 2] && !p[at + 3] && (p[at + 4] << 8 | p[at + 5]) == attr) {
			*off = at + L2TP_AVP_HEADER_LEN;
			*hidden = p[at] & 0x40;
			found++;
		}
		at += len;
	}
	return found;
}

static void agree(const u8 *p, const struct l2tp_header *h, u16 attr, const struct l2tp_id *id)
{
	bool hidden = false;
	u32 off = 0;
	unsigned int found = find(p, h, attr, &off, &hidden);

	must(found <= 1, "no id is there twice");
	must(id->sight == (!found ? L2TP_ABSENT : hidden ? L2TP_HIDDEN : L2TP_CLEAR),
	     "both readings see the id");
	must(id->sight != L2TP_CLEAR || id->off == off, "both readings see it in one place");
}

static void sane_message(const u8 *p, const struct l2tp_header *h, const struct l2tp_message *m)
{
	bool v2 = h->version == 2, hidden = false;
	u32 off = 0;

	sane_id(p, &m->assigned, h->body + 14, h->end);
	sane_id(p, &m->assigned3, h->body + 14, h->end);
	sane_id(p, &m->local, h->body + 14, h->end);
	sane_id(p, &m->remote, h->body + 14, h->end);
	agree(p, h, v2 ? 9 : 61, &m->assigned);
	agree(p, h, v2 ? 14 : 63, &m->local);
	if (v2)
		agree(p, h, 61, &m->assigned3);
	else
		agree(p, h, 64, &m->remote);
	must(v2 ? m->remote.sight == L2TP_ABSENT : m->assigned3.sight == L2TP_ABSENT,
	     "no ids of the other version");
	must(m->digest == !!find(p, h, 59, &off, &hidden), "both readings see the digest");
	must(find(p, h, 0, &off, &hidden) == !!m->type, "one type, but in acknowledgements");
	must(!m->type == (h->body == h->end), "an acknowledgement has no AVP");
	must(!m->type || off == h->body + L2TP_AVP_HEADER_LEN, "the type comes first");
}

/* Never 0, and never what it was. */
static void edit(u8 *p, struct l2tp_id *id)
{
	u32 old = id->value, i;

	id->value = id->width == 2 ? (old ^ 0x5a5a) & 0xffff : old ^ 0xa5a55a5a;
	if (!id->value)
		id->value = 1;
	for (i = 0; i < id->width; i++)
		p[id->off + i] = id->value >> 8 * (id->width - 1 - i);

}

static void edit_header(bool ip, u8 *p, u32 len, struct l2tp_header *h, struct l2tp_id *id)
{
	struct l2tp_header again;

	if (id->sight != L2TP_CLEAR)
		return;
	edit(p, id);
	must(parse(ip, p, len, len, &again) == L2TP_WIRE_OK, "an edited header is read");
	must(same_header(h, &again), "an edit of a header changes nothing else");
}

static void edit_message(bool ip, u8 *p, u32 len, struct l2tp_message *m, struct l2tp_id *id)
{
	struct l2tp_message again;
	struct l2tp_header h;

	if (id->sight != L2TP_CLEAR)
		return;
	edit(p, id);
	must(parse(ip, p, len, len, &h) == L2TP_WIRE_OK, "the header is read as before");
	must(l2tp_message_parse(p, len, &h, &again) == L2TP_WIRE_OK, "an edited message is read");
	must(same_message(m, &again), "an edit of an AVP changes nothing else");
}

/* What a quote gives is less or the same, but for the end of the padding of data. */
static void quote(bool ip, const u8 *whole, u32 head, u32 len, const struct l2tp_header *h)
{
	u8 *p = copy(whole, head);
	struct l2tp_header part;
	enum l2tp_wire_error err = parse(ip, p, head, len, &part);

	must(!err || err == L2TP_WIRE_SHORT, "a quote is too short or read");
	if (!err) {
		sane_header(p, ip, head, len, &part);
		must(part.body <= h->body, "a quote's header is no longer");
		part.body = h->body;
		must(same_header(h, &part), "a quote has the ids of the whole");
	}
	free(p);
}

/* Let more inputs get past the header: a control message whose length and type fit. */
static void mend(u8 how, u8 *p, u32 len)
{
	u32 at = how & 1 ? 4 : 0;

	if (!(how & 6) || len < at + 20)
		return;
	memset(p, 0, at);
	p[at] = 0xc8;
	p[at + 1] = how & 1 || (how & 2) ? 3 : 2;
	p[at + 2] = (len - at) >> 8;
	p[at + 3] = (len - at) & 0xff;
	if (how & 4) {
		memset(p + at + 12, 0, 7);
		p[at + 12] = 0x80;
		p[at + 13] = 8;
	}
}

static void message(bool ip, u8 *p, u32 len, const struct l2tp_header *h)
{
	struct l2tp_message m = { .type = 77 };
	enum l2tp_wire_error err = l2tp_message_parse(p, len, h, &m);

	must(err < L2TP_WIRE_MAX, "errors are known ones");
	if (err) {
		must(m.type == 77, "nothing is written of a refused message");
		return;
	}
	sane_message(p, h, &m);
	edit_message(ip, p, len, &m, &m.assigned);
	edit_message(ip, p, len, &m, &m.assigned3);
	edit_message(ip, p, len, &m, &m.local);
	edit_message(ip, p, len, &m, &m.remote);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct l2tp_header h = { .version = 77 };
	u32 len = size - 1, head;
	bool ip;
	u8 *p;

	if (!size)
		return 0;
	p = copy(data + 1, len);
	mend(data[0], p, len);
	ip = data[0] & 1;
	head = data[0] >> 3 < len ? data[0] >> 3 : len;
	if (parse(ip, p, len, len, &h) == L2TP_WIRE_OK) {
		sane_header(p, ip, len, len, &h);
		quote(ip, p, head, len, &h);
		if (h.control)
			message(ip, p, len, &h);
		edit_header(ip, p, len, &h, &h.tunnel);
		edit_header(ip, p, len, &h, &h.session);
	} else {
		must(h.version == 77, "nothing is written of a refused header");
	}
	free(p);
	return 0;
}
