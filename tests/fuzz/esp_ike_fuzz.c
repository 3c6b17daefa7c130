// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target for what is read of IKE and ESP: any bytes, from both ends. Nothing is
 * read beyond the end, tags are never 0, an exchange is armed once a round, and the server
 * alone makes no state.
 *
 * Input: records of two bytes (bit 0 of the first: sender; bit 1: keep the cookies and the
 * version of the last message; the second: length) and the message.
 */
#include <stdio.h>
#include <stdlib.h>

#include "../../nf_nat_esp/ike.h"

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

static void one(struct esp_ike_flow *flow, enum esp_ike_end from, const struct esp_ike *ike,
		u64 now)
{
	struct esp_ike_flow before = *flow;
	struct esp_ike_event event = esp_ike_message(flow, from, ike, now), again;

	must(!event.tag == (event.what == ESP_IKE_NONE), "events have tags");
	must(event.time == now, "events have the time");
	must(!event.cancel || from == ESP_IKE_CLIENT, "only the client cancels");
	must(!event.cancel || event.cancel != event.tag, "an exchange doesn't cancel itself");
	if (from == ESP_IKE_SERVER && !esp_ike_knows(&before, ike->cookie)) {
		must(event.what == ESP_IKE_NONE, "the server introduces nothing");
		must(!memcmp(&before, flow, sizeof(before)), "the server makes no state");
	}
	must(flow->tags == before.tags || flow->tags == before.tags + 1 || before.tags == UINT32_MAX,
	     "one exchange a message");
	again = esp_ike_message(flow, from, ike, now + 1);
	must(again.what == event.what || again.what == ESP_IKE_AGAIN ||
	     ike->exchange == ESP_IKE1_QUICK, "a repeated message means nothing new");
	must(again.what != ESP_IKE_ARMED || event.what != ESP_IKE_ARMED, "armed once");
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);
int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct esp_ike_flow flow = { .tags = size % 3 ? 0 : UINT32_MAX - 3 };
	struct esp_ike ike, last = { .version = 0 };
	struct esp_wire esp;
	u64 now = 1;

	while (size >= 2) {
		size_t len = data[1] < size - 2 ? data[1] : size - 2;
		u8 *msg = copy(data + 2, len);

		esp_natt_kind(msg, len);
		if (esp_wire_parse(msg, len, &esp) == ESP_WIRE_OK)
			must(esp.spi >= ESP_SPI_MIN && len >= ESP_HEADER_LEN, "SPIs are sane");
		if (esp_ike_parse(msg, len, &ike) == ESP_WIRE_OK) {
			must(ike.len >= ESP_IKE_HEADER_LEN && ike.len <= len, "lengths are sane");
			if ((data[0] & 2) && ike.version == last.version)
				memcpy(ike.cookie, last.cookie, sizeof(ike.cookie));
			one(&flow, data[0] & 1 ? ESP_IKE_SERVER : ESP_IKE_CLIENT, &ike, now);
			now += 2;
			last = ike;
		}
		free(msg);
		data += 2 + len;
		size -= 2 + len;
	}
	return 0;
}
