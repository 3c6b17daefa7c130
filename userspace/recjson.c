// SPDX-License-Identifier: GPL-2.0
/* vpnpass tool: messages from JSON, the way back of rec_json(). */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "rec.h"

static int find_key(const char *key)
{
	unsigned int n;

	for (n = 0; n <= VPNPASS_A_MAX; n++)
		if (rec_attrs[n].type != REC_NONE && !strcmp(rec_attrs[n].key, key))
			return n;
	return -1;
}

static uint64_t largest(enum rec_type type)
{
	switch (type) {
	case REC_U8:
		return UINT8_MAX;
	case REC_U16:
		return UINT16_MAX;
	case REC_U32:
		return UINT32_MAX;
	default:
		return INT64_MAX;
	}
}

/* Each gives what the value should have been, NULL if it is that. */

static const char *read_number(struct rec_value *v, enum rec_type type, const json_t *value)
{
	json_int_t num = json_integer_value(value);

	if (!json_is_integer(value) || num < 0 || (uint64_t)num > largest(type))
		return type == REC_U8 ? "a number from 0 to 255" :
		       type == REC_U16 ? "a number from 0 to 65535" :
		       type == REC_U32 ? "a number from 0 to 4294967295" : "a number";
	v->num = num;
	return NULL;
}

static const char *read_name(struct rec_value *v, unsigned int n, const json_t *value)
{
	const char *name = json_string_value(value);
	int num = name ? rec_lookup(n, name) : -1;

	v->num = num;
	return num < 0 ? "a name that this version knows" : NULL;
}

static const char *read_flags(struct rec_value *v, unsigned int n, const json_t *value)
{
	size_t i;

	if (!json_is_array(value))
		return "a list of names";
	v->num = 0;
	for (i = 0; i < json_array_size(value); i++) {
		const char *name = json_string_value(json_array_get(value, i));
		int bit = name ? rec_lookup(n, name) : -1;

		if (bit < 0)
			return "a list of names that this version knows";
		v->num |= 1u << bit;
	}
	return NULL;
}

static const char *read_hex(struct rec_value *v, const json_t *value)
{
	const char *text = json_string_value(value);
	char *end;

	if (!text || strncmp(text, "0x", 2) || strlen(text) != 18 ||
	    strspn(text + 2, "0123456789abcdef") != 16)
		return "\"0x\" and 16 hexadecimal digits";
	v->num = strtoull(text, &end, 16);
	return NULL;
}

static const char *read_addr(struct rec_value *v, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text && inet_pton(AF_INET, text, v->addr) == 1)
		v->len = 4;
	else if (text && inet_pton(AF_INET6, text, v->addr) == 1)
		v->len = 16;
	else
		return "an address";
	return NULL;
}

static const char *read_value(struct rec_value *v, unsigned int n, const json_t *value)
{
	switch (rec_attrs[n].type) {
	case REC_ADDR:
		return read_addr(v, value);
	case REC_FLAGS:
		return read_flags(v, n, value);
	case REC_HEX:
		return read_hex(v, value);
	case REC_TEXT:
		return "nothing that can be loaded";
	default:
		return rec_attrs[n].names ? read_name(v, n, value) :
					    read_number(v, rec_attrs[n].type, value);
	}
}

/* What is not printable ASCII could harm a terminal. */
static void unknown_key(const char *key, char why[REC_WHY])
{
	char *c;

	snprintf(why, REC_WHY, "'%.40s' is unknown to this version", key);
	for (c = why; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

/**
 * rec_from_json() - a message from an object that rec_json() made
 * @rec: to be filled; holds no memory of its own
 * @obj: the object
 * @why: what is wrong with it, in words
 *
 * Return: 0 or -EINVAL.
 */
int rec_from_json(struct rec *rec, json_t *obj, char why[REC_WHY])
{
	const char *key, *wanted;
	json_t *value;
	int n;

	memset(rec, 0, sizeof(*rec));
	if (!json_is_object(obj)) {
		snprintf(why, REC_WHY, "is no object");
		return -EINVAL;
	}
	json_object_foreach(obj, key, value) {
		n = find_key(key);
		wanted = n < 0 ? NULL : read_value(&rec->v[n], n, value);
		if (n < 0)
			unknown_key(key, why);
		else if (wanted)
			snprintf(why, REC_WHY, "'%s' should be %s", key, wanted);
		if (n < 0 || wanted)
			return -EINVAL;
		rec->has |= 1ull << n;
	}
	return 0;
}

/**
 * rec_put() - append all that a message says to a request
 * @rec: message without texts
 * @nlh: request, with REC_REQUEST bytes of room
 */
void rec_put(const struct rec *rec, struct nlmsghdr *nlh)
{
	unsigned int n;

	for (n = 0; n <= VPNPASS_A_MAX; n++) {
		if (!rec_has(rec, n))
			continue;
		switch (rec_attrs[n].type) {
		case REC_U8:
			mnl_attr_put_u8(nlh, n, rec->v[n].num);
			break;
		case REC_U16:
			mnl_attr_put_u16(nlh, n, rec->v[n].num);
			break;
		case REC_U32:
		case REC_FLAGS:
			mnl_attr_put_u32(nlh, n, rec->v[n].num);
			break;
		case REC_U64:
		case REC_HEX:
			mnl_attr_put_u64(nlh, n, rec->v[n].num);
			break;
		case REC_ADDR:
			mnl_attr_put(nlh, n, rec->v[n].len, rec->v[n].addr);
			break;
		default:
			break;
		}
	}
}
