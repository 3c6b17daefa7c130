// SPDX-License-Identifier: GPL-2.0
/*
 * IKE and ESP headers on the wire (RFC 2408, 2409, 7296, 3948, 4303).
 */
#include "wire.h"

const struct esp_wire_info esp_wire_info[ESP_WIRE_MAX] = {
#define ESP_WIRE_INFO(id, n, d) \
	[ESP_WIRE_##id] = { .name = (n), .doc = (d) },
	ESP_WIRE_ERRORS(ESP_WIRE_INFO)
#undef ESP_WIRE_INFO
};

/* 34 to 239 are of IKEv2; IKEv1 has those below and leaves 240 to 255 to private use. */
static bool esp_ike_fits_version(const struct esp_ike *ike)
{
	bool of_v2 = ike->exchange >= ESP_IKE2_INIT && ike->exchange < 240;

	if (ike->version == 2)
		return ike->exchange >= ESP_IKE2_INIT;
	return ike->exchange && !of_v2;
}

/* Until the responder has answered there is no cookie of it. */
static bool esp_ike_may_begin(const struct esp_ike *ike)
{
	if (ike->version == 2)
		return ike->exchange == ESP_IKE2_INIT || ike->exchange == ESP_IKE2_INFO ||
		       ike->exchange == ESP_IKE2_RESUME;
	return ike->exchange <= ESP_IKE1_INFO;
}

enum esp_wire_error esp_ike_parse(const u8 *p, u32 len, struct esp_ike *ike)
{
	struct esp_ike h;

	if (len < ESP_IKE_HEADER_LEN)
		return ESP_WIRE_IKE_SHORT;
	h.cookie[0] = esp_get64(p);
	h.cookie[1] = esp_get64(p + 8);
	h.next = p[16];
	h.version = p[17] >> 4;
	h.exchange = p[18];
	h.flags = p[19];
	h.msgid = esp_get32(p + 20);
	h.len = esp_get32(p + 24);
	if (h.version != 1 && h.version != 2)
		return ESP_WIRE_IKE_VERSION;
	if (h.len < ESP_IKE_HEADER_LEN || h.len > len)
		return ESP_WIRE_IKE_LENGTH;
	if (!esp_ike_fits_version(&h))
		return ESP_WIRE_IKE_EXCHANGE;
	if (!h.cookie[0] || (!h.cookie[1] && !esp_ike_may_begin(&h)))
		return ESP_WIRE_IKE_COOKIE;
	*ike = h;
	return ESP_WIRE_OK;
}

bool esp_ike_accepts(const struct esp_ike *ike, bool new_sa)
{
	if (ike->version == 1)
		return ike->exchange != ESP_IKE1_INFO;
	if (new_sa)
		return ike->cookie[1] && ike->next != ESP_IKE2_NOTIFY;
	return ike->next == ESP_IKE2_ENCRYPTED || ike->next == ESP_IKE2_FRAGMENT;
}

enum esp_wire_error esp_wire_parse(const u8 *p, u32 len, struct esp_wire *esp)
{
	u32 spi;

	if (len < ESP_HEADER_LEN)
		return ESP_WIRE_ESP_SHORT;
	spi = esp_get32(p);
	if (spi < ESP_SPI_MIN)
		return ESP_WIRE_ESP_SPI;
	esp->spi = spi;
	esp->seq = esp_get32(p + 4);
	return ESP_WIRE_OK;
}

enum esp_natt esp_natt_kind(const u8 *p, u32 len)
{
	if (len == 1)
		return p[0] == 0xff ? ESP_NATT_KEEPALIVE : ESP_NATT_SHORT;
	if (len < 4)
		return ESP_NATT_SHORT;
	if (esp_get32(p))
		return ESP_NATT_ESP;
	return len >= 4 + ESP_IKE_HEADER_LEN ? ESP_NATT_IKE : ESP_NATT_SHORT;
}
