// SPDX-License-Identifier: GPL-2.0
/*
 * Who owns an inbound SPI. IKE hides the SPIs, so this is inference. Strongest first:
 *
 *  1. The SPI is known.
 *  2. One client waits for an SA, by its IKE exchanges: it is the owner.
 *  3. Several wait: each gets a copy, only the owner can authenticate it, and the evidence
 *     of judge.c narrows them down, so that ever fewer get copies. At the limit the
 *     likeliest one gets it if it stands out, else the likeliest three.
 *  4. Nobody waits (manual keys, module loaded late): the same among clients that send ESP
 *     and seem to get no answer; at the limit the one whose outbound SA waited longest.
 *
 * Two clients may choose the same SPI (RFC 3715, 2.1). Nothing in a packet tells them apart
 * then. It shows in sequence numbers seen twice, and from then on all that it may be get all
 * packets.
 */
#include "judge.h"
#include "own.h"

#define ESP_PAIR_GUESS		32	/* points by which the likeliest has to stand out */
#define ESP_PAIR_STEADY		3	/* packets without contradiction ... */
#define ESP_PAIR_STEADY_MS	300	/* ... and time, that settle it */
#define ESP_PAIR_WAKE		2000	/* ms of silence that make the next packet tell more */
#define ESP_PAIR_ANSWER		100	/* ms */
#define ESP_PAIR_BREADTH	24	/* clients for each round that the limits allow */
#define ESP_PAIR_LEAST		3	/* clients at any time, unless one stands out */
#define ESP_PAIR_REFILL		400	/* ms until another copy beyond the limit ... */
#define ESP_PAIR_REFILLS	10	/* ... doubled so many times */
#define ESP_PAIR_UNANSWERED	16	/* packets that a client without evidence may not answer */

/* Limits. */

static bool esp_pair_tokens(struct esp_pair_group *group, u32 copies, u64 now)
{
	const struct esp_pair_limits *l = &group->limits;

	group->tokens += esp_since(group->filled, now) * l->rate;
	if (!group->filled || group->tokens > (u64)l->burst * 1000)
		group->tokens = (u64)l->burst * 1000;
	if (now > group->filled)
		group->filled = now;
	if (group->tokens < (u64)copies * 1000)
		return false;
	group->tokens -= (u64)copies * 1000;
	return true;
}

/*
 * How many of the candidates, the likeliest ones, may get a packet now? The evidence brings
 * the owner to the front within a few rounds, so that fewer and fewer will do.
 */
static u16 esp_pair_breadth(const struct esp_pair_limits *l, const struct esp_pair_case *c)
{
	u32 n = l->rounds * ESP_PAIR_BREADTH / c->rounds;

	if (c->copied >= l->packets)
		n = l->few * l->packets / (c->copied + 1);
	else if (n < l->few)
		n = l->few;
	return n < ESP_PAIR_LEAST ? ESP_PAIR_LEAST : n;
}

/* Beyond the limit the likeliest one gets the packets, but for a copied one now and then. */
static bool esp_pair_wants_copies(struct esp_pair_group *group, struct esp_pair_in *in,
				  const struct esp_judge_result *r, u64 now)
{
	struct esp_pair_case *c = in->undecided;

	if (in->state != ESP_PAIR_PAIRING)
		return c->copied < group->limits.packets ||
		       (r->lead < ESP_PAIR_GUESS && !c->weak);
	if (esp_since(c->refill, now) < (u64)ESP_PAIR_REFILL << c->refills)
		return false;
	c->refill = now;
	if (c->refills < ESP_PAIR_REFILLS)
		c->refills++;
	return true;
}

static u16 esp_pair_may_copy(struct esp_pair_group *group, struct esp_pair_case *c,
			     const struct esp_judge_result *r, u64 now)
{
	const struct esp_pair_limits *l = &group->limits;
	u16 n = r->n, most;

	if (!l->rounds)
		return 0;
	most = esp_pair_breadth(l, c);
	if (most < r->close)	/* no evidence is no reason to leave anybody out */
		most = r->close;
	if (n > most) {
		n = most;
		esp_own_count(group, ESP_PAIR_CROWDED);
	}
	if (!esp_pair_tokens(group, n - 1, now))
		return 0;
	c->copied++;
	return n;
}

/* What becomes of a packet. */

static void esp_pair_deliver(struct esp_pair_decision *d, struct esp_pair_client *client, u8 why)
{
	d->verdict = ESP_PAIR_DELIVER;
	d->why = why;
	d->n = 1;
	d->to[0] = client;
}

static void esp_pair_refuse(struct esp_pair_group *group, struct esp_pair_decision *d,
			    u8 verdict, u8 why)
{
	d->verdict = verdict;
	d->why = why;
	d->n = 0;
	esp_own_count(group, why);
}

static void esp_pair_to_owner(struct esp_pair_group *group, struct esp_pair_in *in,
			      struct esp_pair_decision *d)
{
	esp_pair_deliver(d, in->owner, ESP_PAIR_BOUND);
	esp_own_count(group, ESP_PAIR_BOUND);
}

/* To the owner, if there is one, and to the @n likeliest candidates. */
static void esp_pair_give(struct esp_pair_in *in, const struct esp_judge_result *r, u16 n,
			  struct esp_pair_decision *d)
{
	u16 i;

	d->verdict = ESP_PAIR_DELIVER;
	d->n = 0;
	if (in->owner)
		d->to[d->n++] = in->owner;
	for (i = 0; i < r->n && d->n < ESP_PAIR_CANDS; i++) {
		if (i >= n && r->live[i]->client != in->owner)
			continue;
		r->live[i]->got = true;
		if (r->live[i]->client != in->owner)
			d->to[d->n++] = r->live[i]->client;
	}
}

static void esp_pair_copy(struct esp_pair_group *group, struct esp_pair_in *in,
			  const struct esp_judge_result *r, u16 n,
			  struct esp_pair_decision *d)
{
	esp_pair_give(in, r, n, d);
	d->why = ESP_PAIR_COPIED;
	esp_own_count(group, ESP_PAIR_COPIED);
	group->ops->count(group, ESP_PAIR_COPIES, d->n - 1);
}

/* To the one that it is thought to belong to. */
static void esp_pair_to_likeliest(struct esp_pair_in *in, const struct esp_judge_result *r,
				  struct esp_pair_decision *d)
{
	esp_pair_give(in, r, 0, d);
	d->why = in->how;
}

/* The client whose unpaired outbound SA is the oldest. */
static struct esp_pair_client *esp_pair_oldest(const struct esp_judge_result *r)
{
	struct esp_pair_client *best = NULL;
	struct esp_pair_out *out;
	u64 first = 0;
	u16 i;

	for (i = 0; i < r->left; i++) {
		list_for_each_entry(out, &r->live[i]->client->outs, list) {
			if (out->mate || (best && out->first >= first))
				continue;
			best = r->live[i]->client;
			first = out->first;
		}
	}
	return best;
}

/* No more copies: who is it most likely? */
static void esp_pair_guess(struct esp_pair_group *group, struct esp_pair_in *in,
			   const struct esp_judge_result *r, struct esp_pair_decision *d, u64 now)
{
	struct esp_pair_client *client = NULL;

	if (!group->limits.rounds || r->lead >= ESP_PAIR_GUESS)
		client = r->live[0]->client;
	else if (in->undecided->weak)
		client = esp_pair_oldest(r);
	if (!client) {
		esp_pair_refuse(group, d, ESP_PAIR_DROP, ESP_PAIR_CAPPED);
		return;
	}
	esp_own_prefer(group, in, client,
		       r->lead >= ESP_PAIR_GUESS ? ESP_PAIR_GUESSED : ESP_PAIR_OLDEST, now);
	esp_pair_to_likeliest(in, r, d);
}

/* All but one are ruled out. */
static void esp_pair_one(struct esp_pair_group *group, struct esp_pair_in *in,
			 const struct esp_judge_result *r, struct esp_pair_decision *d, u64 now)
{
	struct esp_pair_client *client = r->live[0]->client;
	u8 how = r->left == 1 ? ESP_PAIR_ELIMINATION : ESP_PAIR_EVIDENCE;

	if (in->state == ESP_PAIR_PAIRING && in->owner != client)
		esp_own_doubt(group, in);
	if (in->state != ESP_PAIR_PAIRING)
		esp_own_prefer(group, in, client, how, now);
	esp_pair_to_likeliest(in, r, d);
	if (++in->undecided->steady >= ESP_PAIR_STEADY &&
	    esp_since(in->since, now) >= ESP_PAIR_STEADY_MS)
		esp_own_settle(group, in, now);
}

/*
 * Another client seems to use this SPI too, be its owner known or not. There is no end to
 * copying then, but for @few and the limit of the group: no packet tells whose it is.
 */
static void esp_pair_maybe_shared(struct esp_pair_group *group, struct esp_pair_in *in,
				  const struct esp_judge_result *r,
				  struct esp_pair_decision *d, u64 now)
{
	const struct esp_pair_limits *l = &group->limits;
	struct esp_pair_case *c = in->undecided;
	u16 n = r->n > l->few ? l->few : r->n;
	bool mistake = !r->n || (c->repeats < ESP_PAIR_REPEATS && c->rounds > l->rounds);

	if (in->owner && mistake) {
		esp_own_unshare(group, in);
		esp_pair_to_owner(group, in, d);
	} else if (n && l->rounds && esp_pair_tokens(group, n, now)) {
		esp_pair_copy(group, in, r, n, d);
	} else if (in->owner) {
		esp_pair_to_owner(group, in, d);
	} else {
		esp_pair_refuse(group, d, ESP_PAIR_DROP, ESP_PAIR_CAPPED);
	}
}

/* One owner, but who? */
static void esp_pair_unsure(struct esp_pair_group *group, struct esp_pair_in *in,
			    const struct esp_judge_result *r,
			    struct esp_pair_decision *d, u64 now)
{
	bool guessed = in->how == ESP_PAIR_GUESSED || in->how == ESP_PAIR_OLDEST;
	u16 n = 0;

	in->undecided->steady = 0;
	if (in->state == ESP_PAIR_PAIRING &&
	    (!guessed || (in->owner != r->live[0]->client && !in->undecided->weak)))
		esp_own_doubt(group, in);
	if (esp_pair_wants_copies(group, in, r, now))
		n = esp_pair_may_copy(group, in->undecided, r, now);
	if (n)
		esp_pair_copy(group, in, r, n, d);
	else if (in->state == ESP_PAIR_PAIRING)
		esp_pair_to_likeliest(in, r, d);
	else
		esp_pair_guess(group, in, r, d, now);
}

static void esp_pair_undecided(struct esp_pair_group *group, struct esp_pair_in *in,
			       struct esp_pair_decision *d, u64 now)
{
	bool shared = in->state == ESP_PAIR_AMBIGUOUS && in->owner;
	struct esp_judge_result r;

	esp_judge(group, in->undecided, &r);
	if (!shared && in->undecided->repeats > 1 && r.left > 1) {
		if (in->state == ESP_PAIR_PAIRING)
			esp_own_doubt(group, in);
		shared = true;
	}
	if (shared)
		esp_pair_maybe_shared(group, in, &r, d, now);
	else if (!r.n)
		esp_pair_refuse(group, d, ESP_PAIR_DROP, ESP_PAIR_UNASKED);
	else if (r.n == 1)
		esp_pair_one(group, in, &r, d, now);
	else
		esp_pair_unsure(group, in, &r, d, now);
}

/* SPIs without owner. */

static u32 esp_pair_candidates(struct esp_pair_group *group, const struct esp_pair_in *in,
			       bool weak, u64 now, struct esp_pair_client **one)
{
	struct esp_pair_client *client;
	u32 n = 0;

	if (!weak && !group->waiting)
		return 0;
	list_for_each_entry(client, &group->clients, list) {
		if (client == in->owner || !esp_judge_may_own(in, client, weak, now))
			continue;
		*one = client;
		n++;
	}
	return n;
}

static void esp_pair_evict(struct esp_pair_group *group)
{
	struct esp_pair_in *in, *quiet = list_first_entry(&group->open, struct esp_pair_in, list);

	list_for_each_entry(in, &group->open, list) {
		if (READ_ONCE(in->last) < READ_ONCE(quiet->last))
			quiet = in;
	}
	esp_own_count(group, ESP_PAIR_EVICTED);
	esp_own_orphan(group, quiet, ESP_PAIR_EVICTED);
}

static bool esp_pair_open(struct esp_pair_group *group, struct esp_pair_in *in, bool weak,
			  u64 now)
{
	struct esp_pair_case *c;

	if (group->cases >= ESP_PAIR_CASES)
		esp_pair_evict(group);
	c = group->ops->case_alloc(group);
	if (!c)
		return false;
	group->cases++;
	in->undecided = c;
	list_del_init(&in->list);
	list_add_tail(&in->list, &group->open);
	if (esp_judge_open(group, c, in, weak, now))
		esp_own_count(group, ESP_PAIR_CROWDED);
	return true;
}

/*
 * Number 1 and the next are of a new SA, which an exchange has made; high ones of an SA that
 * is older than what we know. If just one waits for an SA it may have that old one too, but
 * is to answer, and waits on for its own.
 */
static void esp_pair_unknown(struct esp_pair_group *group, struct esp_pair_in *in,
			     struct esp_pair_decision *d, u64 now)
{
	struct esp_pair_client *one = NULL;
	bool weak = in->old;
	u32 n;

	n = esp_pair_candidates(group, in, weak, now, &one);
	if (!n) {
		weak = !weak;
		n = esp_pair_candidates(group, in, weak, now, &one);
	}
	if (!n) {
		esp_pair_refuse(group, d, ESP_PAIR_PASS, ESP_PAIR_UNASKED);
	} else if (n == 1) {
		esp_own_only(group, in, one, weak || in->old ? ESP_PAIR_OLDEST : ESP_PAIR_ONLY,
			     now);
		esp_pair_deliver(d, one, in->how);
	} else if (!esp_pair_open(group, in, weak, now)) {
		esp_pair_refuse(group, d, ESP_PAIR_DROP, ESP_PAIR_NO_MEMORY);
	} else {
		esp_pair_undecided(group, in, d, now);
	}
}

void esp_pair_in_add(struct esp_pair_group *group, struct esp_pair_in *in,
		     const struct esp_wire *esp, u64 now, struct esp_pair_decision *d)
{
	memset(in, 0, sizeof(*in));
	in->spi = esp->spi;
	in->how = ESP_PAIR_UNASKED;
	in->first = now;
	in->last = now;
	in->packets = 1;
	in->old = esp->seq > ESP_PAIR_YOUNG;
	in->high = esp->seq;
	in->window = 1;
	list_add_tail(&in->list, &group->lost);
	esp_pair_unknown(group, in, d, now);
	if (d->verdict != ESP_PAIR_DELIVER)
		esp_pair_in_del(group, in);
}

/* Known SPIs. */

/* Note a sequence number. False if it was here before, as far as that is known. */
static bool esp_pair_fresh(struct esp_pair_in *in, u32 seq)
{
	u64 window = READ_ONCE(in->window);
	u32 high = READ_ONCE(in->high), back = high - seq;
	bool seen;

	if (seq > high) {
		WRITE_ONCE(in->window, seq - high < 64 ? window << (seq - high) | 1 : 1);
		WRITE_ONCE(in->high, seq);
		return true;
	}
	if (back >= 64)
		return seq > ESP_PAIR_YOUNG;
	seen = window >> back & 1;
	WRITE_ONCE(in->window, window | (u64)1 << back);
	return !seen;
}

/* A second sequence of numbers on one SPI, and somebody else waits: has it two owners? */
static void esp_pair_repeated(struct esp_pair_group *group, struct esp_pair_in *in, u64 now)
{
	struct esp_pair_client *one = NULL;
	u64 first = in->first;

	if (in->undecided) {
		esp_own_count(group, ESP_PAIR_REPEATED);
		if (++in->undecided->repeats == ESP_PAIR_REPEATS)
			esp_own_count(group, ESP_PAIR_SHARED);
		if (in->undecided->repeats <= ESP_PAIR_REPEATS &&
		    esp_judge_widen(group, in->undecided, now) && in->state == ESP_PAIR_PAIRING)
			esp_own_doubt(group, in);
		return;
	}
	if (!in->owner)
		return;
	in->first = now;	/* of the second sequence */
	if (!esp_pair_candidates(group, in, false, now, &one) ||
	    !esp_pair_open(group, in, false, now)) {
		in->first = first;
		return;
	}
	esp_own_count(group, ESP_PAIR_REPEATED);
	in->undecided->repeats = 1;
	if (in->state == ESP_PAIR_PAIRING)
		esp_own_watch(in->owner, -1);
	esp_own_set(group, in, ESP_PAIR_AMBIGUOUS, ESP_PAIR_REPEATED);
}

/* It was the only one that could be meant, without evidence, and doesn't answer. Others? */
static bool esp_pair_refuted(struct esp_pair_group *group, struct esp_pair_in *in, u64 now)
{
	struct esp_pair_client *one = NULL;

	return in->how == ESP_PAIR_OLDEST && !in->answers && in->packets >= ESP_PAIR_UNANSWERED &&
	       esp_pair_candidates(group, in, true, now, &one);
}

static void esp_pair_confirm(struct esp_pair_group *group, struct esp_pair_in *in, u64 now)
{
	if (!in->answers && (in->how == ESP_PAIR_OLDEST || in->packets < 8 ||
			     esp_since(in->since, now) < 1000))
		return;
	esp_own_watch(in->owner, -1);
	esp_own_set(group, in, ESP_PAIR_UP, in->how);
	esp_own_count(group, ESP_PAIR_CONFIRMED);
}

static void esp_pair_owned(struct esp_pair_group *group, struct esp_pair_in *in,
			   struct esp_pair_decision *d, u64 now)
{
	struct esp_pair_client *client = in->owner;

	esp_pair_in_note(client, now);
	if (in->state == ESP_PAIR_PAIRING)
		esp_pair_confirm(group, in, now);
	esp_pair_to_owner(group, in, d);
}

void esp_pair_in(struct esp_pair_group *group, struct esp_pair_in *in, u32 seq, u64 now,
		 struct esp_pair_decision *d)
{
	if (!esp_pair_fresh(in, seq))
		esp_pair_repeated(group, in, now);
	WRITE_ONCE(in->last, now);
	in->packets++;
	if (in->undecided && esp_judge_packet(in->undecided, now))
		in->undecided->rounds++;
	if (in->undecided && !in->owner && !esp_judge_waiting(in->undecided)) {
		esp_own_orphan(group, in, ESP_PAIR_REOPENED);
		in->first = now;
	}
	if (in->undecided) {
		esp_pair_undecided(group, in, d, now);
		return;
	}
	if (in->owner && in->state == ESP_PAIR_PAIRING && esp_pair_refuted(group, in, now)) {
		esp_own_orphan(group, in, ESP_PAIR_REOPENED);
		esp_own_count(group, ESP_PAIR_REOPENED);
		in->first = now;
		in->packets = ESP_PAIR_UNANSWERED / 2;
	}
	if (in->owner)
		esp_pair_owned(group, in, d, now);
	else
		esp_pair_unknown(group, in, d, now);
}

void esp_pair_out(struct esp_pair_group *group, struct esp_pair_client *client, u64 now)
{
	u64 out_last = READ_ONCE(client->out_last);
	struct esp_pair_in *in;

	if (client->watched) {
		esp_judge_out(group, client, now);
		list_for_each_entry(in, &client->ins, list) {
			if (in->state == ESP_PAIR_PAIRING &&
			    esp_since(READ_ONCE(in->last), now) <= ESP_PAIR_ANSWER)
				in->answers++;
		}
	}
	if (esp_since(out_last, now) >= ESP_PAIR_WAKE)
		client->wake = now;
	if (!client->unanswered || READ_ONCE(client->in_last) >= client->unanswered_since) {
		client->unanswered = 0;
		client->unanswered_since = now;
	}
	client->unanswered++;
	client->out_gap = esp_pair_smooth(client->out_gap, out_last, now);
	WRITE_ONCE(client->out_last, now);
}
