// SPDX-License-Identifier: GPL-2.0
/*
 * Undecided SPIs: who may own one, and what speaks for each.
 *
 * Who may own it is certain as long as all IKE messages pass here: a client whose exchange
 * has let the server use a new SA before the SPI came up, and that got no SPI for it. All
 * else is likelihood, in points. A lead of ESP_JUDGE_LEAD rules a candidate out.
 *
 *  - When did an exchange of it end, or did it begin to send (after a silence, or by a new
 *    outbound SPI)? The nearer, the likelier.
 *  - Does it send something for each packet? Points are few for one that sends all the time
 *    anyway. The idle rule counts most: silent for 50 ms, it answers within 100 ms.
 *  - Have packets of its other SAs stopped since, and for how long? A re-key moves them to
 *    the new SPI.
 */
#include "judge.h"
#include "own.h"

#define ESP_JUDGE_LEAD		72	/* points that rule the others out */
#define ESP_JUDGE_EXPLAINED	12	/* points for one that sends and would never be answered */
#define ESP_JUDGE_CLOSE		28	/* points that are not much */
#define ESP_JUDGE_RIVAL		16	/* points that settle to which of two SPIs a client goes */
#define ESP_JUDGE_ONEWAY	(-20)	/* has never sent anything: a one-way SA */
#define ESP_JUDGE_SILENT	(-32)	/* silent for now */
#define ESP_JUDGE_RIVAL_IDLE	3000	/* ms of silence after which it isn't a rival */
#define ESP_JUDGE_MIN		(-44)	/* it sends, but neither answers nor asks */
#define ESP_JUDGE_STEADY	12	/* asking at a steady pace counts up to this */
#define ESP_JUDGE_MAX		100
#define ESP_JUDGE_HOT		40	/* it has happened right now */
#define ESP_JUDGE_COLD		(-24)	/* nothing has happened for a quarter of an hour */
#define ESP_JUDGE_ROUND		20	/* ms; packets closer than this are one round */
#define ESP_JUDGE_PROMPT	10	/* ms until a prompt answer */
#define ESP_JUDGE_ALIKE		4	/* ms by which two answers of a host may differ, in all */
#define ESP_JUDGE_SLOW		400	/* ms between packets: their pace may be another's too */
#define ESP_JUDGE_ANSWER	100	/* ms until an answer */
#define ESP_JUDGE_NEAR		2	/* ms by which that time varies at least */
#define ESP_JUDGE_ANCHOR	3	/* packets in phase after which that time is known */
#define ESP_JUDGE_ASKED		200	/* ms from a question to the server's answer */
#define ESP_JUDGE_OUT_ALIVE	60000	/* ms: an outbound SA that is in use */
#define ESP_JUDGE_IN_DEAD	2000	/* ms: inbound SAs that are not */

static bool esp_judge_unpaired(const struct esp_pair_client *client)
{
	const struct esp_pair_out *out;

	list_for_each_entry(out, &client->outs, list) {
		if (!out->mate)
			return true;
	}
	return false;
}

bool esp_judge_may_own(const struct esp_pair_in *in, const struct esp_pair_client *client,
		       bool weak, u64 now)
{
	u64 out_last = READ_ONCE(client->out_last), in_last = READ_ONCE(client->in_last);
	bool fits = false;
	u32 i;

	if (weak) {
		if (client->needs || !out_last || esp_since(out_last, now) > ESP_JUDGE_OUT_ALIVE)
			return false;
		return esp_judge_unpaired(client) || !in_last ||
		       esp_since(in_last, now) > ESP_JUDGE_IN_DEAD;
	}
	for (i = 0; i < client->needs; i++) {
		if (client->need[i].open <= in->first)
			fits = true;
	}
	return fits && client->needs > client->tentative;
}

/* Waiting for long, sending and never answered: a one-way SA, most likely. */
static bool esp_judge_mute(const struct esp_pair_client *client, u64 now)
{
	return client->unanswered >= 4 && esp_since(client->unanswered_since, now) >= 3000;
}

/* Points for when it happened: exchanges, or traffic that begins. */
static s32 esp_judge_prior(const struct esp_pair_client *client, u64 now)
{
	u64 hot = esp_judge_mute(client, now) ? 0 : client->wake, ago;
	s32 points;
	u32 i;

	for (i = 0; i < client->needs; i++) {
		if (client->need[i].seen > hot)
			hot = client->need[i].seen;
	}
	if (!hot)
		return ESP_JUDGE_COLD;
	for (ago = esp_since(hot, now), points = 28; ago > 150 && points > ESP_JUDGE_COLD; ago /= 2)
		points -= 4;
	for (ago = esp_since(hot, now); ago < 80 && points < ESP_JUDGE_HOT; ago = 2 * ago + 8)
		points += 4;
	return points;
}

static void esp_judge_cand(struct esp_pair_cand *cand, struct esp_pair_client *client, u64 now)
{
	u64 in_last = READ_ONCE(client->in_last);
	u32 in_gap = READ_ONCE(client->in_gap);

	cand->client = client;
	cand->prior = esp_judge_prior(client, now);
	cand->answers = 0;
	cand->asks = 0;
	cand->taken_over = 0;
	cand->flowing = in_last && in_gap < 3000 && esp_since(in_last, now) <= 3 * in_gap + 200;
	cand->answer = 0;
	cand->delay = 0;
	cand->lag = 0;
	cand->vary = 0;
	cand->sent = 0;
	cand->phased = 0;
	cand->got = false;
	esp_own_watch(client, 1);
}

/* The least likely candidate, for a likelier one to take its place. */
static struct esp_pair_cand *esp_judge_last(struct esp_pair_case *c)
{
	struct esp_pair_cand *last = &c->cand[0];
	u16 i;

	for (i = 1; i < c->n; i++) {
		if (c->cand[i].prior < last->prior)
			last = &c->cand[i];
	}
	return last;
}

static bool esp_judge_add(struct esp_pair_case *c, struct esp_pair_client *client, u64 now)
{
	struct esp_pair_cand *last;

	if (c->n < ESP_PAIR_CANDS) {
		esp_judge_cand(&c->cand[c->n++], client, now);
		return true;
	}
	last = esp_judge_last(c);
	if (last->prior < esp_judge_prior(client, now)) {
		esp_own_watch(last->client, -1);
		esp_judge_cand(last, client, now);
	}
	return false;
}

static struct esp_pair_cand *esp_judge_find(struct esp_pair_case *c,
					    const struct esp_pair_client *client)
{
	struct esp_pair_cand *cand;

	for (cand = c->cand; cand < c->cand + c->n; cand++) {
		if (cand->client == client)
			return cand;
	}
	return NULL;
}

u32 esp_judge_open(struct esp_pair_group *group, struct esp_pair_case *c,
		   struct esp_pair_in *in, bool weak, u64 now)
{
	struct esp_pair_client *client;
	u32 lost = 0;

	c->in = in;
	c->opened = now;
	c->time = now;
	c->refill = now;
	c->span = 0;
	c->rounds = 1;
	c->copied = 0;
	c->steady = 0;
	c->repeats = 0;
	c->refills = 0;
	c->counted = false;
	c->weak = weak;
	c->n = 0;
	list_for_each_entry(client, &group->clients, list) {
		if (client == in->owner || !esp_judge_may_own(in, client, weak, now))
			continue;
		if (!esp_judge_add(c, client, now))
			lost++;
	}
	return lost;
}

bool esp_judge_widen(struct esp_pair_group *group, struct esp_pair_case *c, u64 now)
{
	struct esp_pair_client *client;
	u64 first = c->in->first;
	bool more = false;

	c->in->first = now;
	list_for_each_entry(client, &group->clients, list) {
		if (client == c->in->owner || esp_judge_find(c, client) ||
		    !esp_judge_may_own(c->in, client, false, now))
			continue;
		more |= esp_judge_add(c, client, now);
	}
	if (!more)
		c->in->first = first;
	return more;
}

/* Four points for each doubling of @num / @den, negative for halving. */
static s32 esp_judge_bits(u32 num, u32 den)
{
	s32 points = 0;

	if (num < den)
		return -esp_judge_bits(den, num ? num : 1);
	while (num >= 2 * den && points < 40) {
		den *= 2;
		points += 4;
	}
	return points + 4 * (s32)((num - den) / den);
}

/*
 * One that sends so often that it sends something soon after any packet: a host answers after
 * the same time again, as far as a clock of milliseconds tells.
 */
static s32 esp_judge_busy(u32 delay, u32 usual, u32 gap)
{
	if (!usual || gap < 4 * ESP_JUDGE_ALIKE)
		return 0;
	if (delay > usual + ESP_JUDGE_ALIKE / 2 || usual > delay + ESP_JUDGE_ALIKE / 2)
		return -3;
	return delay > ESP_JUDGE_PROMPT ? 0 : 1;
}

/*
 * If it answers: by what factor is this likelier than by chance? It answers half of all
 * packets within 10 ms, a quarter later, and others not. Two that send at the same pace meet
 * again and again by chance, but then the time between packet and answer is not as steady as
 * that of a host.
 */
static s32 esp_judge_answers(struct esp_pair_cand *cand, u32 gap, u32 span,
			     bool steady)
{
	u32 delay = cand->answer, usual = cand->delay;
	s32 points;

	if (!delay)
		return gap < ESP_JUDGE_ANSWER || span < ESP_JUDGE_ANSWER ? 0 : -4;
	cand->delay = delay;
	if (delay <= ESP_JUDGE_PROMPT)
		points = esp_judge_bits(gap, 2 * ESP_JUDGE_PROMPT);
	else
		points = esp_judge_bits(gap, 4 * ESP_JUDGE_ANSWER);
	if (points < -4)	/* a late answer is no worse than none */
		points = -4;
	if (gap < 5 * ESP_JUDGE_PROMPT)
		return esp_judge_busy(delay, usual, gap);
	if (!usual || points < 0)
		return points;
	if (delay > usual + 2 + usual / 8 || usual > delay + 2 + delay / 8)
		return steady ? -4 : points;
	if (steady && delay > ESP_JUDGE_PROMPT)
		return 0;
	return steady && points > 4 ? 4 : points;
}

static s32 esp_judge_dephased(struct esp_pair_cand *cand, s32 points)
{
	cand->phased /= 2;
	return points;
}

/* The first time, when all that is known is that way and server don't take long. */
static s32 esp_judge_asks_first(struct esp_pair_cand *cand, u32 gap, u32 lag)
{
	u32 chance = lag < 4 ? 4 : lag;

	cand->lag = lag + 1;
	cand->vary = 2 + lag / 4;
	return esp_judge_bits(gap * (20 + lag), ESP_JUDGE_ASKED * chance);
}

/*
 * If it asks, it has sent something in nine of ten cases before each packet, by the time
 * that server and way take. At a steady pace that is no more than one coincidence.
 */
static s32 esp_judge_asks(struct esp_pair_cand *cand, u32 gap, bool steady, u64 now)
{
	u64 lag = esp_since(READ_ONCE(cand->client->out_last), now) + 1;
	u32 off = lag > cand->lag ? lag - cand->lag : cand->lag - lag;
	u32 near = ESP_JUDGE_NEAR + cand->lag / 8 + 2 * cand->vary;
	s32 points;

	if (lag > ESP_JUDGE_ASKED)
		return esp_judge_dephased(cand, -8);
	if (!cand->lag)
		return esp_judge_asks_first(cand, gap, lag - 1);
	if (off > near)
		return esp_judge_dephased(cand, gap > 2 * near ? -8 : -4);
	if (cand->phased < ESP_JUDGE_ANCHOR) {
		cand->lag = (cand->lag * 3 + lag) / 4;
		cand->vary = (cand->vary * 3 + off) / 4;
	}
	if (gap <= 2 * near)
		return 0;
	points = esp_judge_bits(9 * gap, 20 * near);
	if (!steady || points <= 0)
		return points;
	if (cand->phased < 255)
		cand->phased++;
	points += esp_judge_bits(cand->phased, ESP_JUDGE_ANCHOR);
	return cand->asks + 6 <= points ? 6 : cand->asks < points ? points - cand->asks : 0;
}

/* It counts only if what flowed stopped when the SPI came up, and didn't go on after that. */
static s32 esp_judge_taken_over(struct esp_pair_cand *cand, const struct esp_pair_in *in,
				u64 before, u64 now)
{
	const struct esp_pair_client *client = cand->client;
	u64 in_last = READ_ONCE(client->in_last);
	s32 points = cand->taken_over;
	u64 silence = 3 * READ_ONCE(client->in_gap) + 50;

	if (in_last > in->first + 50) {
		if (cand->flowing && points > 0)
			points = 0;
		cand->flowing = false;
		if (client->several)	/* side by side */
			return points;
		return in_last > before && points > -16 ? points - 8 : points;
	}
	if (points > 0)		/* the longer the surer */
		silence <<= points / 8;
	if (cand->flowing && points < 24 && esp_since(in_last, now) >= silence)
		return points + 8;
	return points;
}

static s32 esp_judge_clamp(s32 score)
{
	if (score < ESP_JUDGE_MIN)
		return ESP_JUDGE_MIN;
	return score > ESP_JUDGE_MAX ? ESP_JUDGE_MAX : score;
}

/* Until its exchange has ended a client may not have the SA, and can't answer by it. */
static bool esp_judge_able(const struct esp_pair_case *c, const struct esp_pair_client *client)
{
	u32 i;

	for (i = 0; i < client->needs; i++) {
		if (client->need[i].armed)
			return true;
	}
	return c->weak;
}

static s32 esp_judge_add_points(s32 score, s32 points, bool able)
{
	return esp_judge_clamp(score + (points < 0 && !able ? 0 : points));
}

static void esp_judge_round(struct esp_pair_case *c, struct esp_pair_cand *cand, u32 span,
			    bool steady, u64 now)
{
	bool able = esp_judge_able(c, cand->client);
	u32 gap = cand->client->out_gap;
	s32 points;

	if (cand->sent > 2)	/* its pace since then is what counts */
		gap = (u32)esp_since(c->opened, now) / cand->sent;
	if (gap < 2 * ESP_JUDGE_PROMPT)
		gap = 2 * ESP_JUDGE_PROMPT;
	points = esp_judge_answers(cand, gap, span, steady);
	if (!cand->got && (points > 0 || cand->answers <= ESP_JUDGE_ONEWAY))
		points = 0;
	cand->answers = esp_judge_add_points(cand->answers, points, able);
	points = esp_judge_asks(cand, gap, steady, now);
	cand->asks = esp_judge_add_points(cand->asks, points, able);
	cand->taken_over = esp_judge_taken_over(cand, c->in, c->time, now);
	cand->answer = 0;
	cand->got = false;
}

bool esp_judge_packet(struct esp_pair_case *c, u64 now)
{
	u64 passed = esp_since(c->time, now);
	u32 span = passed > 10000 ? 10000 : passed;
	struct esp_pair_cand *cand;
	bool steady;

	if (span < ESP_JUDGE_ROUND)
		return false;
	steady = span >= ESP_JUDGE_SLOW ||
		 (span < c->span + c->span / 8 + ESP_JUDGE_ROUND &&
		  c->span < span + span / 8 + ESP_JUDGE_ROUND);
	for (cand = c->cand; cand < c->cand + c->n; cand++)
		esp_judge_round(c, cand, span, steady, now);
	c->span = span;
	c->time = now;
	return true;
}

void esp_judge_out(struct esp_pair_group *group, struct esp_pair_client *client, u64 now)
{
	struct esp_pair_cand *cand;
	struct esp_pair_in *in;
	u64 passed;

	list_for_each_entry(in, &group->open, list) {
		cand = esp_judge_find(in->undecided, client);
		if (!cand)
			continue;
		if (cand->sent < 255)
			cand->sent++;
		passed = esp_since(in->undecided->time, now);
		if (!cand->answer && passed <= ESP_JUDGE_ANSWER)
			cand->answer = passed + 1;
	}
}

static s32 esp_judge_total(const struct esp_pair_cand *cand)
{
	s32 best = cand->answers > cand->asks ? cand->answers : cand->asks;
	s32 least = ESP_JUDGE_MIN;

	if (cand->sent <= 1)
		least = READ_ONCE(cand->client->out_last) ? ESP_JUDGE_SILENT : ESP_JUDGE_ONEWAY;
	return cand->prior + cand->taken_over + (best > least ? best : least);
}

/* Does it still wait, apart from what it seems to have got by other undecided SPIs? */
static bool esp_judge_waits(const struct esp_pair_case *c, const struct esp_pair_cand *cand)
{
	const struct esp_pair_client *client = cand->client;

	if (c->in->state == ESP_PAIR_PAIRING && c->in->owner == client)
		return true;
	return c->weak ? client->won <= c->in->first : client->needs > client->tentative;
}

bool esp_judge_waiting(const struct esp_pair_case *c)
{
	u16 i;

	for (i = 0; i < c->n; i++) {
		if (esp_judge_waits(c, &c->cand[i]))
			return true;
	}
	return false;
}

/* Insert by points, best first. */
static void esp_judge_sort(struct esp_judge_result *r, struct esp_pair_cand *cand)
{
	u16 i = r->n++;

	while (i && esp_judge_total(r->live[i - 1]) < esp_judge_total(cand)) {
		r->live[i] = r->live[i - 1];
		i--;
	}
	r->live[i] = cand;
}

/* Is it the likeliest owner of this SPI, or nearly so? */
static bool esp_judge_leads(const struct esp_pair_case *c, const struct esp_pair_cand *cand)
{
	u16 i;

	for (i = 0; i < c->n; i++) {
		if (esp_judge_total(&c->cand[i]) > esp_judge_total(cand) + ESP_JUDGE_RIVAL &&
		    esp_judge_waits(c, &c->cand[i]))
			return false;
	}
	return true;
}

/* Does another undecided SPI suit the candidate about as well? It has room for one only. */
static bool esp_judge_torn(struct esp_pair_group *group, struct esp_pair_case *c,
			   const struct esp_pair_cand *cand)
{
	struct esp_pair_cand *other;
	struct esp_pair_in *in;

	if (cand->client->needs > cand->client->tentative + 1)
		return false;
	list_for_each_entry(in, &group->open, list) {
		if (in->undecided == c || in->state == ESP_PAIR_PAIRING ||
		    READ_ONCE(in->last) + ESP_JUDGE_RIVAL_IDLE < READ_ONCE(c->in->last))
			continue;
		other = esp_judge_find(in->undecided, cand->client);
		if (other && esp_judge_total(other) + ESP_JUDGE_RIVAL > esp_judge_total(cand) &&
		    esp_judge_leads(in->undecided, other))
			return true;
	}
	return false;
}

/*
 * One that sends and sends, that no other inbound packets answer, and that no other SPI
 * suits: either this one is its own, or it sends one way only.
 */
static bool esp_judge_explained(const struct esp_pair_case *c, const struct esp_pair_cand *cand)
{
	s32 best = cand->answers > cand->asks ? cand->answers : cand->asks;

	return cand->sent >= 4 && best >= ESP_JUDGE_STEADY && !cand->client->tentative &&
	       cand->client->unanswered < 32 &&
	       READ_ONCE(cand->client->in_last) <= c->in->first;
}

/* How many can't be ruled out, of those that wait; @owners of them are to be right. */
static u16 esp_judge_live(const struct esp_judge_result *r, u16 owners, s32 lead)
{
	s32 best = esp_judge_total(r->live[owners - 1]);
	u16 n = owners;

	while (n < r->left && best - esp_judge_total(r->live[n]) < lead)
		n++;
	return n;
}

void esp_judge(struct esp_pair_group *group, struct esp_pair_case *c,
	       struct esp_judge_result *r)
{
	/* two sequences of numbers: two owners, and the second best is as good as the best */
	u16 owners = c->repeats > 1 && !c->in->owner ? 2 : 1, n;
	struct esp_pair_cand *cand;

	r->n = 0;
	r->lead = 4 * ESP_JUDGE_LEAD;
	for (cand = c->cand; cand < c->cand + c->n; cand++) {
		if (esp_judge_waits(c, cand))
			esp_judge_sort(r, cand);
	}
	r->left = r->n;
	r->close = r->n;
	if (r->n <= owners)
		return;
	r->close = esp_judge_live(r, owners, ESP_JUDGE_CLOSE);
	r->lead = esp_judge_total(r->live[owners - 1]) - esp_judge_total(r->live[owners]);
	n = esp_judge_live(r, owners, ESP_JUDGE_LEAD);
	if (n > 1 && owners == 1 && esp_judge_explained(c, r->live[0]))
		n = esp_judge_live(r, 1, ESP_JUDGE_LEAD - ESP_JUDGE_EXPLAINED);
	if (n < r->left && c->in->state != ESP_PAIR_PAIRING &&
	    esp_judge_torn(group, c, r->live[0]))
		return;
	r->n = n;
}
