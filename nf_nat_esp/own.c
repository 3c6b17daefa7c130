// SPDX-License-Identifier: GPL-2.0
/*
 * What clients wait for, by their IKE exchanges, and which inbound SPIs they own.
 */
#include "own.h"

#define ESP_PAIR_AGED		10000	/* ms; an idle client re-keys the SA that it waits for */
#define ESP_PAIR_OVERLAP	30000	/* ms for which the one that it replaces may be used */
#define ESP_PAIR_HALF_OPEN	60000	/* ms until an exchange that didn't end is forgotten */
#define ESP_PAIR_NEED_LIFE	3600000	/* ms until a client doesn't wait any more */
#define ESP_PAIR_QUIET		10000	/* ms of silence that end a case ... */
#define ESP_PAIR_ROUNDS		4	/* ... of fewer rounds than these; else ... */
#define ESP_PAIR_DORMANT	180000	/* ... ms, as clients that are idle talk now and then */

const struct esp_pair_info esp_pair_info[ESP_PAIR_COUNT_MAX] = {
#define ESP_PAIR_INFO(id, n, d) \
	[ESP_PAIR_##id] = { .name = (n), .doc = (d) },
	ESP_PAIR_COUNTS(ESP_PAIR_INFO)
#undef ESP_PAIR_INFO
};

void esp_own_count(struct esp_pair_group *group, enum esp_pair_count what)
{
	group->ops->count(group, what, 1);
}

void esp_pair_init(struct esp_pair_group *group, const struct esp_pair_ops *ops,
		   const struct esp_pair_limits *limits)
{
	INIT_LIST_HEAD(&group->clients);
	INIT_LIST_HEAD(&group->open);
	INIT_LIST_HEAD(&group->lost);
	group->ops = ops;
	group->limits = *limits;
	group->tokens = (u64)limits->burst * 1000;
	group->filled = 0;
	group->waiting = 0;
	group->cases = 0;
}

void esp_pair_client_add(struct esp_pair_group *group, struct esp_pair_client *client)
{
	memset(client, 0, sizeof(*client));
	INIT_LIST_HEAD(&client->outs);
	INIT_LIST_HEAD(&client->ins);
	client->out_gap = 250;
	client->in_gap = 1000;
	list_add_tail(&client->list, &group->clients);
}

/* What a client waits for. */

static void esp_pair_need_del(struct esp_pair_group *group, struct esp_pair_client *client,
			      u32 i)
{
	WRITE_ONCE(client->needs, client->needs - 1);
	if (!client->needs)
		group->waiting--;
	for (; i < client->needs; i++)
		client->need[i] = client->need[i + 1];
}

static struct esp_pair_need *esp_pair_need_find(struct esp_pair_client *client, u32 tag)
{
	u32 i;

	for (i = 0; i < client->needs; i++) {
		if (client->need[i].tag == tag)
			return &client->need[i];
	}
	return NULL;
}

/*
 * An idle client that waits already re-keys the SA that was never used. The server may use
 * that for a little while still. If it has made SAs in quick succession it has several, and
 * nobody knows which is re-keyed.
 */
static void esp_pair_replace(struct esp_pair_client *client, u64 now)
{
	u64 in_last = READ_ONCE(client->in_last);
	u32 i;

	if (client->needs && esp_since(client->need[client->needs - 1].open, now) <= ESP_PAIR_AGED)
		client->several = true;
	if (client->several || (in_last && esp_since(in_last, now) <= ESP_PAIR_AGED))
		return;
	for (i = 0; i < client->needs; i++) {
		if (client->need[i].until || esp_since(client->need[i].seen, now) <= ESP_PAIR_AGED)
			continue;
		client->need[i].until = now + ESP_PAIR_OVERLAP;
		return;
	}
}

static struct esp_pair_need *esp_pair_need_add(struct esp_pair_group *group,
					       struct esp_pair_client *client, u64 now)
{
	esp_pair_replace(client, now);
	if (client->needs == ESP_PAIR_NEEDS) {
		esp_own_count(group, ESP_PAIR_NEED_LOST);
		esp_pair_need_del(group, client, 0);
	}
	if (!client->needs)
		group->waiting++;
	WRITE_ONCE(client->needs, client->needs + 1);
	return &client->need[client->needs - 1];
}

static void esp_pair_cancel(struct esp_pair_group *group, struct esp_pair_client *client,
			    u32 tag)
{
	struct esp_pair_need *need = esp_pair_need_find(client, tag);

	if (need)
		esp_pair_need_del(group, client, need - client->need);
}

/* ESP by an SA may overtake the last message of the exchange that has made it. */
static bool esp_pair_overtaken(const struct esp_pair_client *client,
			       const struct esp_ike_event *event)
{
	const struct esp_pair_in *in;

	if (event->what != ESP_IKE_ARMED)
		return false;
	list_for_each_entry(in, &client->ins, list) {
		if (in->tag == event->tag)
			return true;
	}
	return false;
}

void esp_pair_ike(struct esp_pair_group *group, struct esp_pair_client *client,
		  const struct esp_ike_event *event)
{
	struct esp_pair_need *need;

	if (event->cancel)
		esp_pair_cancel(group, client, event->cancel);
	if (event->what == ESP_IKE_NONE)
		return;
	need = esp_pair_need_find(client, event->tag);
	if (!need) {
		if (event->what == ESP_IKE_AGAIN || esp_pair_overtaken(client, event))
			return;
		need = esp_pair_need_add(group, client, event->time);
		need->open = event->time;
		need->until = 0;
		need->tag = event->tag;
		need->armed = false;
	}
	need->seen = event->time;
	if (event->what == ESP_IKE_ARMED)
		need->armed = true;
}

/* The need that an SPI is for, by when it came up: latest, ended ones before others. */
static void esp_pair_need_met(struct esp_pair_group *group, struct esp_pair_client *client,
			      struct esp_pair_in *in)
{
	int best = -1;
	u32 i;

	for (i = 0; i < client->needs; i++) {
		if (client->need[i].open <= in->first &&
		    (best < 0 || client->need[i].armed || !client->need[best].armed))
			best = i;
	}
	if (best < 0)
		return;
	in->tag = client->need[best].tag;
	esp_pair_need_del(group, client, best);
}

/* The two halves of a pair of SAs, for the tool to show. */

static void esp_pair_mate(struct esp_pair_in *in, struct esp_pair_client *client)
{
	struct esp_pair_out *out;

	if (in->mate)
		return;
	list_for_each_entry(out, &client->outs, list) {
		if (out->mate)
			continue;
		out->mate = in;
		in->mate = out;
		return;
	}
}

static void esp_pair_unmate(struct esp_pair_in *in)
{
	if (in->mate)
		in->mate->mate = NULL;
	in->mate = NULL;
}

void esp_pair_out_add(struct esp_pair_group *group, struct esp_pair_client *client,
		      struct esp_pair_out *out, u32 spi, u64 now)
{
	struct esp_pair_in *in;

	(void)group;
	out->spi = spi;
	out->mate = NULL;
	out->first = now;
	list_add_tail(&out->list, &client->outs);
	client->wake = now;
	list_for_each_entry(in, &client->ins, list) {
		if (!in->mate) {
			esp_pair_mate(in, client);
			return;
		}
	}
}

void esp_pair_out_del(struct esp_pair_out *out)
{
	if (out->mate)
		out->mate->mate = NULL;
	list_del_init(&out->list);
}

/* Deciding, and taking it back. */

static void esp_pair_case_end(struct esp_pair_group *group, struct esp_pair_in *in)
{
	struct esp_pair_case *c = in->undecided;
	u16 i;

	if (!c)
		return;
	for (i = 0; i < c->n; i++)
		esp_own_watch(c->cand[i].client, -1);
	in->undecided = NULL;
	group->cases--;
	group->ops->case_free(group, c);
}

void esp_own_set(struct esp_pair_group *group, struct esp_pair_in *in, u8 state, u8 how)
{
	bool same = in->state == state && in->how == how;

	WRITE_ONCE(in->state, state);
	in->how = how;
	if (!same)
		group->ops->changed(group, in);
}

/* Own it, for as long as nothing is learned that speaks against. */
static void esp_own_give(struct esp_pair_group *group, struct esp_pair_in *in,
			 struct esp_pair_client *client, bool weak, u64 now)
{
	WRITE_ONCE(in->owner, client);
	in->since = now;
	client->won = now;
	if (!weak)
		esp_pair_need_met(group, client, in);
	esp_pair_mate(in, client);
	list_del_init(&in->list);
	list_add_tail(&in->list, &client->ins);
}

/* Without candidates beside it: no case, but its traffic has to confirm it. */
void esp_own_only(struct esp_pair_group *group, struct esp_pair_in *in,
		  struct esp_pair_client *client, u8 how, u64 now)
{
	esp_own_give(group, in, client, how == ESP_PAIR_OLDEST, now);
	esp_own_watch(client, 1);
	esp_own_set(group, in, ESP_PAIR_PAIRING, how);
	esp_own_count(group, how);
}

void esp_own_prefer(struct esp_pair_group *group, struct esp_pair_in *in,
		    struct esp_pair_client *client, u8 how, u64 now)
{
	WRITE_ONCE(in->owner, client);
	in->since = now;
	in->undecided->steady = 0;
	in->undecided->counted = how != ESP_PAIR_GUESSED || !group->limits.rounds;
	client->tentative += in->undecided->counted;
	esp_own_set(group, in, ESP_PAIR_PAIRING, how);
	esp_own_count(group, how);
}

void esp_own_doubt(struct esp_pair_group *group, struct esp_pair_in *in)
{
	in->owner->tentative -= in->undecided->counted;
	WRITE_ONCE(in->owner, NULL);
	esp_own_set(group, in, ESP_PAIR_AMBIGUOUS, ESP_PAIR_REOPENED);
	esp_own_count(group, ESP_PAIR_REOPENED);
}

void esp_own_settle(struct esp_pair_group *group, struct esp_pair_in *in, u64 now)
{
	struct esp_pair_client *client = in->owner;
	bool weak = in->undecided->weak;

	client->tentative -= in->undecided->counted;
	esp_pair_case_end(group, in);
	esp_own_give(group, in, client, weak, now);
	esp_own_set(group, in, ESP_PAIR_UP, in->how);
	esp_own_count(group, ESP_PAIR_CONFIRMED);
}

/* It was no second owner after all. */
void esp_own_unshare(struct esp_pair_group *group, struct esp_pair_in *in)
{
	esp_pair_case_end(group, in);
	list_del_init(&in->list);
	list_add_tail(&in->list, &in->owner->ins);
	esp_own_set(group, in, ESP_PAIR_UP, ESP_PAIR_CONFIRMED);
}

/* Nobody's again; its next packet begins anew. */
void esp_own_orphan(struct esp_pair_group *group, struct esp_pair_in *in, u8 how)
{
	if (in->undecided && in->state == ESP_PAIR_PAIRING)
		in->owner->tentative -= in->undecided->counted;
	else if (in->state == ESP_PAIR_PAIRING)
		esp_own_watch(in->owner, -1);
	esp_pair_case_end(group, in);
	esp_pair_unmate(in);
	WRITE_ONCE(in->owner, NULL);
	in->tag = 0;
	list_del_init(&in->list);
	list_add_tail(&in->list, &group->lost);
	esp_own_set(group, in, ESP_PAIR_AMBIGUOUS, how);
}

void esp_pair_in_del(struct esp_pair_group *group, struct esp_pair_in *in)
{
	if (in->undecided && in->state == ESP_PAIR_PAIRING)
		in->owner->tentative -= in->undecided->counted;
	else if (in->state == ESP_PAIR_PAIRING)
		esp_own_watch(in->owner, -1);
	esp_pair_case_end(group, in);
	esp_pair_unmate(in);
	list_del_init(&in->list);
}

static void esp_pair_case_without(struct esp_pair_group *group, struct esp_pair_in *in,
				  struct esp_pair_client *client)
{
	struct esp_pair_case *c = in->undecided;
	u16 i;

	if (in->state == ESP_PAIR_PAIRING && in->owner == client)
		esp_own_doubt(group, in);
	if (in->owner == client) {
		esp_own_orphan(group, in, ESP_PAIR_UNASKED);
		return;
	}
	for (i = 0; i < c->n; i++) {
		if (c->cand[i].client == client) {
			c->cand[i] = c->cand[--c->n];
			return;
		}
	}
}

void esp_pair_client_del(struct esp_pair_group *group, struct esp_pair_client *client)
{
	struct esp_pair_in *in, *next;

	list_for_each_entry_safe(in, next, &client->ins, list)
		esp_own_orphan(group, in, ESP_PAIR_UNASKED);
	list_for_each_entry_safe(in, next, &group->open, list)
		esp_pair_case_without(group, in, client);
	if (client->needs)
		group->waiting--;
	list_del_init(&client->list);
}

/*
 * Quiet SPIs: what was decided is settled, what was not is forgotten and may begin anew; not so
 * soon if there is something to forget.
 */
static void esp_pair_age_open(struct esp_pair_group *group, u64 now)
{
	struct esp_pair_in *in, *next;
	u64 quiet;

	list_for_each_entry_safe(in, next, &group->open, list) {
		quiet = esp_since(READ_ONCE(in->last), now);
		if (quiet < ESP_PAIR_QUIET)
			continue;
		if (in->state == ESP_PAIR_PAIRING && in->how != ESP_PAIR_GUESSED)
			esp_own_settle(group, in, now);
		else if (in->owner && in->state == ESP_PAIR_AMBIGUOUS &&
			 in->undecided->repeats < ESP_PAIR_REPEATS)
			esp_own_unshare(group, in);
		else if ((!in->owner || in->state == ESP_PAIR_PAIRING) &&
			 (in->undecided->rounds < ESP_PAIR_ROUNDS || quiet >= ESP_PAIR_DORMANT))
			esp_own_orphan(group, in, ESP_PAIR_UNASKED);
	}
}

void esp_pair_age(struct esp_pair_group *group, u64 now)
{
	struct esp_pair_client *client;
	struct esp_pair_need *need;
	u32 i;

	esp_pair_age_open(group, now);
	list_for_each_entry(client, &group->clients, list) {
		for (i = client->needs; i-- > 0;) {
			need = &client->need[i];
			if ((need->until && now > need->until) ||
			    esp_since(need->seen, now) > (need->armed ? ESP_PAIR_NEED_LIFE :
						ESP_PAIR_HALF_OPEN))
				esp_pair_need_del(group, client, i);
		}
	}
}
