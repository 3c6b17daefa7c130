// SPDX-License-Identifier: GPL-2.0
/*
 * What the IKE messages of one client and one server say about ESP SAs (RFC 2409, 7296).
 *
 * IKEv1: a Quick Mode has three messages. The responder's answer alone gives it no right
 * to send, but nothing keeps it from doing so: OPEN is the client's first message, ARMED
 * its second. Begun by the server: ARMED is the client's answer.
 * IKEv2: IKE_AUTH and CREATE_CHILD_SA are a request and a response each. Begun by the
 * client: OPEN is the request, ARMED the response. Begun by the server: ARMED is the
 * client's response. IKE_AUTH has more rounds with EAP, CREATE_CHILD_SA with
 * IKE_FOLLOWUP_KE; all rounds are one exchange here, and each begins it again.
 */
#include "ike.h"

bool esp_ike_knows(const struct esp_ike_flow *flow, const u64 cookie[2])
{
	u32 i;

	for (i = 0; i < ESP_IKE_SAS; i++) {
		if (flow->sa[i][0] == cookie[0] && flow->sa[i][1] == cookie[1])
			return true;
	}
	return false;
}

/* The exchange begun last, if it is a CREATE_CHILD_SA with a response. */
static u32 esp_ike_last_child(const struct esp_ike_flow *flow)
{
	const struct esp_ike_xchg *x = &flow->xchg[flow->tags % ESP_IKE_XCHGS];

	return x->tag && x->exchange == ESP_IKE2_CHILD && x->armed ? x->tag : 0;
}

/*
 * Learn the cookies of an IKE SA. One of IKEv2 that begins with what no first IKE SA begins
 * with was made by a CREATE_CHILD_SA, the last one on its predecessor: that made no ESP SA.
 *
 * Return: the tag of that exchange, 0 if there is none.
 */
static u32 esp_ike_learn(struct esp_ike_flow *flow, const struct esp_ike *ike)
{
	u64 *sa = flow->sa[flow->sas % ESP_IKE_SAS];
	bool first = !flow->sas;

	if (!ike->cookie[1] || esp_ike_knows(flow, ike->cookie))
		return 0;
	sa[0] = ike->cookie[0];
	sa[1] = ike->cookie[1];
	flow->sas++;
	if (first || ike->msgid ||
	    (ike->exchange != ESP_IKE2_CHILD && ike->exchange != ESP_IKE2_INFO))
		return 0;
	return esp_ike_last_child(flow);
}

static bool esp_ike_makes_sa(const struct esp_ike *ike)
{
	if (ike->version == 1)
		return ike->exchange == ESP_IKE1_QUICK;
	return ike->exchange == ESP_IKE2_AUTH || ike->exchange == ESP_IKE2_CHILD ||
	       ike->exchange == ESP_IKE2_FOLLOWUP_KE;
}

/* Who began the exchange that this message belongs to; IKEv1 does not say. */
static enum esp_ike_end esp_ike_beginner(const struct esp_ike *ike, enum esp_ike_end from)
{
	if (ike->version == 2 && (ike->flags & ESP_IKE2_RESPONSE))
		return from == ESP_IKE_CLIENT ? ESP_IKE_SERVER : ESP_IKE_CLIENT;
	return from;
}

static bool esp_ike_same(const struct esp_ike_xchg *x, const struct esp_ike *ike,
			 enum esp_ike_end beginner)
{
	if (!x->tag || x->cookie[0] != ike->cookie[0] || x->cookie[1] != ike->cookie[1])
		return false;
	if (ike->exchange == ESP_IKE1_QUICK)
		return x->exchange == ESP_IKE1_QUICK && x->msgid == ike->msgid;
	if (x->from != beginner)
		return false;
	if (ike->exchange == ESP_IKE2_FOLLOWUP_KE)	/* of the latest one */
		return x->exchange == ESP_IKE2_CHILD;
	return x->exchange == ike->exchange &&
	       (ike->exchange == ESP_IKE2_AUTH || x->msgid == ike->msgid);
}

/* Latest first, as an IKE_FOLLOWUP_KE belongs to that. */
static struct esp_ike_xchg *esp_ike_find(struct esp_ike_flow *flow, const struct esp_ike *ike,
					 enum esp_ike_end beginner)
{
	struct esp_ike_xchg *x;
	u32 i;

	for (i = 0; i < ESP_IKE_XCHGS; i++) {
		x = &flow->xchg[(flow->tags - i) % ESP_IKE_XCHGS];
		if (esp_ike_same(x, ike, beginner))
			return x;
	}
	return NULL;
}

static struct esp_ike_xchg *esp_ike_begin(struct esp_ike_flow *flow, const struct esp_ike *ike,
					  enum esp_ike_end beginner)
{
	struct esp_ike_xchg *x;

	if (!++flow->tags)
		flow->tags = ESP_IKE_XCHGS;
	x = &flow->xchg[flow->tags % ESP_IKE_XCHGS];
	x->cookie[0] = ike->cookie[0];
	x->cookie[1] = ike->cookie[1];
	x->msgid = ike->msgid;
	x->tag = flow->tags;
	x->len = ike->len;
	x->exchange = ike->exchange == ESP_IKE2_FOLLOWUP_KE ? ESP_IKE2_CHILD : ike->exchange;
	x->from = beginner;
	x->armed = false;
	x->answered = false;
	return x;
}

static u8 esp_ike_arm(struct esp_ike_xchg *x)
{
	if (x->armed)
		return ESP_IKE_AGAIN;
	x->armed = true;
	return ESP_IKE_ARMED;
}

static u8 esp_ike_quick(struct esp_ike_xchg *x, const struct esp_ike *ike,
			enum esp_ike_end from, bool fresh)
{
	if (from != x->from) {
		x->answered = true;
		return from == ESP_IKE_CLIENT ? esp_ike_arm(x) : ESP_IKE_AGAIN;
	}
	if (fresh)
		return from == ESP_IKE_CLIENT ? ESP_IKE_OPEN : ESP_IKE_NONE;
	if (from == ESP_IKE_CLIENT && x->answered && ike->len != x->len)
		return esp_ike_arm(x);
	return x->armed || from == ESP_IKE_CLIENT ? ESP_IKE_AGAIN : ESP_IKE_NONE;
}

/* The next round of an exchange: message ids of one end only rise. */
static bool esp_ike_next_round(struct esp_ike_xchg *x, const struct esp_ike *ike)
{
	if (ike->msgid <= x->msgid)
		return false;
	x->msgid = ike->msgid;
	x->armed = false;
	return true;
}

static u8 esp_ike_v2(struct esp_ike_xchg *x, const struct esp_ike *ike,
		     enum esp_ike_end from, bool fresh)
{
	bool next = esp_ike_next_round(x, ike);

	if (from != x->from)
		return ike->msgid < x->msgid ? ESP_IKE_AGAIN : esp_ike_arm(x);
	if (from == ESP_IKE_SERVER)
		return ESP_IKE_NONE;
	return fresh || next ? ESP_IKE_OPEN : ESP_IKE_AGAIN;
}

struct esp_ike_event esp_ike_message(struct esp_ike_flow *flow, enum esp_ike_end from,
				     const struct esp_ike *ike, u64 now)
{
	struct esp_ike_event event = { .what = ESP_IKE_NONE, .time = now };
	enum esp_ike_end beginner = esp_ike_beginner(ike, from);
	struct esp_ike_xchg *x;
	bool fresh = false;

	if (from == ESP_IKE_CLIENT)
		event.cancel = esp_ike_learn(flow, ike);
	if (!esp_ike_makes_sa(ike) || !esp_ike_knows(flow, ike->cookie))
		return event;
	x = esp_ike_find(flow, ike, beginner);
	if (!x) {
		x = esp_ike_begin(flow, ike, beginner);
		fresh = true;
	}
	event.what = ike->version == 1 ? esp_ike_quick(x, ike, from, fresh) :
					 esp_ike_v2(x, ike, from, fresh);
	if (event.what != ESP_IKE_NONE)
		event.tag = x->tag;
	return event;
}
