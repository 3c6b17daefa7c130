// SPDX-License-Identifier: GPL-2.0
/* Steps of the PPTP client: each one does a thing, waits for its end and says how it went. */
#define _GNU_SOURCE
#include "step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct args {
	const char *text;	/* first word, "" if absent */
	long n, m;		/* first and second word as numbers, 0 if absent or no number */
};

struct step {
	const char *name, *what;
	bool (*run)(struct client *cl, const struct args *a);
};

struct totals {
	unsigned int calls;
	u64 sent, echoed;
};

typedef bool (*condition)(struct client *cl, long n);

static bool run_until(struct client *cl, condition done, long n, int timeout_ms)
{
	u64 end = now_ms() + timeout_ms;

	while (!done(cl, n)) {
		if (now_ms() >= end)
			return false;
		peer_poll(&cl->peer, 20);
	}
	return true;
}

static struct totals totals(struct client *cl)
{
	struct totals t = { 0 };
	struct conn *c;
	struct call *call;

	for (c = cl->peer.conns; c; c = c->next) {
		for (call = c->calls; call; call = call->next) {
			if (call->state != CALL_UP)
				continue;
			t.calls++;
			t.sent += call->sent;
			t.echoed += call->echoed;
		}
	}
	return t;
}

/* Conditions */

static bool all_started(struct client *cl, long n)
{
	struct conn *c;

	for (c = cl->peer.conns; c; c = c->next) {
		if (c->fd >= 0 && !c->started)
			return false;
	}
	return true;
}

static bool calls_up(struct client *cl, long n)
{
	return cl->peer.calls[CALL_UP] >= (unsigned long)n;
}

static bool none_pending(struct client *cl, long n)
{
	return !cl->peer.calls[CALL_ASKED] && !cl->peer.calls[CALL_CLEARING];
}

static bool echoes_back(struct client *cl, long n)
{
	struct conn *c;

	for (c = cl->peer.conns; c; c = c->next) {
		if (c->fd >= 0 && c->echoes < (unsigned long)n)
			return false;
	}
	return true;
}

static bool all_echoed(struct client *cl, long n)
{
	struct totals t = totals(cl);

	return t.echoed >= t.sent;
}

static bool never(struct client *cl, long n)
{
	return false;
}

static bool all_ended(struct client *cl, long n)
{
	return !cl->peer.nconns;
}

/* Steps: connections */

static bool do_connect(struct client *cl, const struct args *a)
{
	struct conn *c;
	long i, bad = 0;

	for (i = 0; i < a->n; i++) {
		conn_open(&cl->peer, &cl->to, &cl->from);
		peer_poll(&cl->peer, 0);
	}
	run_until(cl, all_started, 0, cl->timeout_ms);
	for (c = cl->peer.conns; c; c = c->next)
		bad += !c->started;
	printf("connect: connections=%u not_started=%ld\n", cl->peer.nconns, bad);
	return !bad;
}

static bool do_echo(struct client *cl, const struct args *a)
{
	struct conn *c;
	bool ok;

	for (c = cl->peer.conns; c; c = c->next) {
		c->echoes = 0;
		conn_send_msg(c, ECHO_REQ, 0, 1);
	}
	ok = run_until(cl, echoes_back, 1, cl->timeout_ms);
	printf("echo: connections=%u %s\n", cl->peer.nconns, ok ? "answered" : "no answer");
	return ok && cl->peer.nconns;
}

static bool close_all(struct client *cl, bool abort)
{
	struct conn *c;

	for (c = cl->peer.conns; c; c = c->next)
		conn_close(c, abort);
	return true;
}

static bool do_close(struct client *cl, const struct args *a)
{
	return close_all(cl, false);
}

static bool do_abort(struct client *cl, const struct args *a)
{
	return close_all(cl, true);
}

static bool do_stop(struct client *cl, const struct args *a)
{
	struct conn *c;

	for (c = cl->peer.conns; c; c = c->next)
		conn_send_msg(c, STOPCCRQ, 0x0100, 0);
	return run_until(cl, all_ended, 0, cl->timeout_ms);
}

static bool do_ended(struct client *cl, const struct args *a)
{
	return run_until(cl, all_ended, 0, cl->timeout_ms);
}

/* Steps: calls */

/* Ask for @n calls on each connection, at most 200 outstanding. */
static long ask_calls(struct client *cl, long n, bool pns)
{
	struct conn *c;
	long i, asked = 0;

	for (c = cl->peer.conns; c; c = c->next) {
		for (i = 0; i < n && c->fd >= 0; i++, asked++) {
			call_ask(c, pns);
			if (cl->peer.calls[CALL_ASKED] >= 200 &&
			    !run_until(cl, none_pending, 0, cl->timeout_ms))
				return asked + 1;
		}
	}
	run_until(cl, none_pending, 0, cl->timeout_ms);
	return asked;
}

static bool dial(struct client *cl, const struct args *a, bool pns, const char *name)
{
	long up = cl->peer.calls[CALL_UP], asked = ask_calls(cl, a->n, pns);

	up = cl->peer.calls[CALL_UP] - up;
	printf("%s: asked=%ld up=%ld unanswered=%u\n", name, asked, up,
	       cl->peer.calls[CALL_ASKED]);
	return asked && up == asked;
}

static bool do_dial(struct client *cl, const struct args *a)
{
	return dial(cl, a, true, "dial");
}

static bool do_offer(struct client *cl, const struct args *a)
{
	return dial(cl, a, false, "offer");
}

static bool do_mixed(struct client *cl, const struct args *a)
{
	long up = cl->peer.calls[CALL_UP], asked = ask_calls(cl, a->n, true);

	up = cl->peer.calls[CALL_UP] - up;
	printf("mixed: asked=%ld up=%ld refused=%ld\n", asked, up, asked - up);
	return up > 0 && up < asked && none_pending(cl, 0);
}

static bool do_incoming(struct client *cl, const struct args *a)
{
	bool ok = run_until(cl, calls_up, a->n, cl->timeout_ms);

	printf("incoming: up=%u wanted=%ld\n", cl->peer.calls[CALL_UP], a->n);
	return ok;
}

static bool do_ids(struct client *cl, const struct args *a)
{
	cl->peer.next_id = a->n;
	return true;
}

/* Clear the @n newest calls of each connection, 0: all. */
static bool do_clear(struct client *cl, const struct args *a)
{
	struct conn *c;
	struct call *call;
	long cleared = 0;

	for (c = cl->peer.conns; c; c = c->next) {
		long left = a->n ? a->n : 65536;

		for (call = c->calls; call && left; call = call->next) {
			if (call->state != CALL_UP)
				continue;
			call_clear(call);
			cleared++;
			left--;
		}
	}
	printf("clear: cleared=%ld\n", cleared);
	return run_until(cl, none_pending, 0, cl->timeout_ms) && cleared;
}

static bool do_notice(struct client *cl, const struct args *a)
{
	struct conn *c;
	struct call *call;

	for (c = cl->peer.conns; c; c = c->next) {
		for (call = c->calls; call; call = call->next) {
			if (call->state == CALL_UP)
				conn_send_msg(c, call->pns ? SLI : WEN, call->peer, 0);
		}
	}
	return do_echo(cl, a);
}

/* Steps: data */

static void send_round(struct client *cl)
{
	struct data d = { .echo = false };
	struct conn *c;
	struct call *call;
	unsigned int sent = 0;

	for (c = cl->peer.conns; c; c = c->next) {
		for (call = c->calls; call; call = call->next) {
			if (call->state != CALL_UP)
				continue;
			d.tag = call->tag;
			d.serial = ++call->serial;
			call_send(call, &d);
			if (++sent % 16 == 0)
				peer_poll(&cl->peer, 0);
		}
	}
}

static void forget_data(struct client *cl)
{
	struct conn *c;
	struct call *call;

	for (c = cl->peer.conns; c; c = c->next) {
		for (call = c->calls; call; call = call->next)
			call->sent = call->echoed = 0;
	}
}

static bool report(struct client *cl, const char *name, long max_lost)
{
	struct totals t = totals(cl);
	const struct peer *p = &cl->peer;
	u64 lost = t.sent - t.echoed;

	printf("%s: calls=%u sent=%llu echoed=%llu lost=%llu wrong=%llu dup=%llu\n", name,
	       t.calls, (unsigned long long)t.sent, (unsigned long long)t.echoed,
	       (unsigned long long)lost, (unsigned long long)p->data_wrong,
	       (unsigned long long)p->data_dup);
	return t.calls && t.sent && (max_lost < 0 || lost <= (u64)max_lost) &&
	       !p->data_wrong && !p->data_dup;
}

static bool do_ping(struct client *cl, const struct args *a)
{
	long i;

	forget_data(cl);
	for (i = 0; i < a->n; i++) {
		send_round(cl);
		run_until(cl, all_echoed, 0, 300);
	}
	run_until(cl, all_echoed, 0, 3000);
	return report(cl, "ping", 0);
}

/* Nothing may come back. */
static bool do_mute(struct client *cl, const struct args *a)
{
	struct totals t;
	long i;

	forget_data(cl);
	for (i = 0; i < a->n; i++)
		send_round(cl);
	run_until(cl, never, 0, 1000);
	t = totals(cl);
	printf("mute: calls=%u sent=%llu echoed=%llu\n", t.calls, (unsigned long long)t.sent,
	       (unsigned long long)t.echoed);
	return t.sent && !t.echoed;
}

/* Data every 20 ms until a file appears; at most @m packets may be lost, -1: any number. */
static bool do_traffic(struct client *cl, const struct args *a)
{
	forget_data(cl);
	while (!file_exists(a->text)) {
		send_round(cl);
		run_until(cl, never, 0, 20);
	}
	run_until(cl, all_echoed, 0, 2000);
	return report(cl, "traffic", a->m);
}

/* Steps: with the shell */

static bool do_touch(struct client *cl, const struct args *a)
{
	touch(a->text);
	return true;
}

static bool do_wait(struct client *cl, const struct args *a)
{
	while (!file_exists(a->text))
		peer_poll(&cl->peer, 50);
	return true;
}

/* Steps: misbehave */

static bool send_garbage(struct conn *c, const char *kind)
{
	u8 msg[MSG_MAX];
	u16 len = msg_build(msg, OCRQ, 7, 0);

	if (!strcmp(kind, "magic"))
		put32(msg + 4, 0xdeadbeef);
	else if (!strcmp(kind, "zero"))
		put16(msg, 0);
	else if (!strcmp(kind, "huge"))
		put16(msg, 65535);
	else if (!strcmp(kind, "short"))
		put16(msg, 15);
	else if (!strcmp(kind, "type"))
		put16(msg + 8, 4711);
	else if (!strcmp(kind, "management"))
		put16(msg + 2, 2);
	else
		return false;
	conn_send(c, msg, len);
	return true;
}

static bool do_garbage(struct client *cl, const struct args *a)
{
	struct conn *c;

	for (c = cl->peer.conns; c; c = c->next) {
		if (!send_garbage(c, a->text))
			usage_error("garbage: '%s' is none of magic zero huge short type management",
				    a->text);
	}
	run_until(cl, never, 0, 100);
	return true;
}

/* @n OCRQs on each connection, no matter what comes back; fewer if nothing does. */
static bool do_flood(struct client *cl, const struct args *a)
{
	long asked = ask_calls(cl, a->n, true);

	printf("flood: asked=%ld up=%u\n", asked, cl->peer.calls[CALL_UP]);
	return asked > 0;
}

static const struct step step_table[] = {
	{ "connect", "N: open N control connections", do_connect },
	{ "echo", "echo request on each connection, all must be answered", do_echo },
	{ "dial", "N: N calls on each connection as PNS (OCRQ), all must come up", do_dial },
	{ "offer", "N: N calls on each connection as PAC (ICRQ), all must come up", do_offer },
	{ "mixed", "N: as dial, some but not all must be refused", do_mixed },
	{ "incoming", "N: wait until N calls are up", do_incoming },
	{ "ids", "N: next call id to choose", do_ids },
	{ "clear", "[N]: clear the N newest calls of each connection, or all", do_clear },
	{ "notice", "SLI or WEN for each call", do_notice },
	{ "ping", "N: N packets on each call, every echo must come back to its call", do_ping },
	{ "mute", "N: N packets on each call, no echo may come back", do_mute },
	{ "traffic", "FILE MAX: data until FILE exists, at most MAX lost (-1: any)", do_traffic },
	{ "touch", "FILE: create it", do_touch },
	{ "wait", "FILE: until it exists", do_wait },
	{ "close", "all connections by FIN", do_close },
	{ "abort", "all connections by RST", do_abort },
	{ "stop", "StopCCRQ on all connections, all must end", do_stop },
	{ "ended", "wait until the other end has closed all connections", do_ended },
	{ "garbage", "KIND: magic, zero, huge, short, type or management", do_garbage },
	{ "flood", "N: N OCRQs on each connection, whatever comes back", do_flood },
};

static void parse_args(char *words, struct args *a)
{
	char *first = strtok(words, " "), *second = strtok(NULL, " ");

	a->text = first ? first : "";
	a->n = first ? strtol(first, NULL, 0) : 0;
	a->m = second ? strtol(second, NULL, 0) : 0;
}

static const struct step *find_step(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(step_table); i++) {
		if (!strcmp(step_table[i].name, name))
			return &step_table[i];
	}
	fprintf(stderr, "Steps:\n");
	for (i = 0; i < ARRAY_SIZE(step_table); i++)
		fprintf(stderr, "  %-9s %s\n", step_table[i].name, step_table[i].what);
	usage_error("no step is called '%s'", name);
}

bool steps_run(struct client *cl, char **steps)
{
	char text[512], *rest;
	const struct step *s;
	struct args a;

	for (; *steps; steps++) {
		snprintf(text, sizeof(text), "%s", *steps);
		rest = strchr(text, ' ');
		if (rest)
			*rest++ = '\0';
		s = find_step(text);
		parse_args(rest ? rest : text + strlen(text), &a);
		if (!s->run(cl, &a)) {
			printf("FAILED: %s\n", *steps);
			return false;
		}
	}
	if (!cl->peer.unexpected && !cl->peer.data_wrong) {
		puts("done");
		return true;
	}
	printf("FAILED: unexpected=%llu wrong=%llu\n", (unsigned long long)cl->peer.unexpected,
	       (unsigned long long)cl->peer.data_wrong);
	return false;
}
