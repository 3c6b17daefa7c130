// SPDX-License-Identifier: GPL-2.0
/* Control steps of the L2TP world: tunnels and sessions come and go. */
#define _GNU_SOURCE
#include "l2tp.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static bool do_set(struct world *w, const struct args *a)
{
	static const struct {
		const char *name;
		size_t at;
	} list[] = {
#define SETTING(text, field) { text, offsetof(struct setting, field) / sizeof(long) }
		SETTING("version", version), SETTING("over-ip", over_ip),
		SETTING("tunnel-id", tunnel_id), SETTING("session-id", session_id),
		SETTING("server-tunnel-id", server_tunnel_id),
		SETTING("server-session-id", server_session_id),
		SETTING("answer", answer), SETTING("client-port", client_port),
		SETTING("hidden", hidden), SETTING("digest", digest), SETTING("cookie", cookie),
		SETTING("data", data), SETTING("sum", sum), SETTING("repeat", repeat),
		SETTING("timeout", timeout), SETTING("size", size),
#undef SETTING
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		if (!strcmp(list[i].name, a->word[0])) {
			((long *)&w->set)[list[i].at] = a->n[1];
			if (w->set.size < DATA_MIN || w->set.size > DATA_MAX)
				usage_error("set: size is %d to %d", DATA_MIN, DATA_MAX);
			if (w->set.cookie != 0 && w->set.cookie != 4 && w->set.cookie != 8)
				usage_error("set: a cookie has 0, 4 or 8 octets");
			return true;
		}
	}
	fprintf(stderr, "Settings:");
	for (i = 0; i < ARRAY_SIZE(list); i++)
		fprintf(stderr, " %s", list[i].name);
	fputc('\n', stderr);
	usage_error("nothing is set by '%s'", a->word[0]);
}

/* All that was begun has been acknowledged, and nobody gave up. */
static bool finish(struct world *w, const struct args *a)
{
	struct session *s;
	struct tunnel *t;
	u32 i, down = 0;

	world_run(w, w->set.timeout, control_idle);
	world_run(w, 50, NULL);		/* what comes twice */
	for (i = 0; i < a->links; i++) {
		for (t = a->link[i]->tunnels; t; t = t->next) {
			if (!t->failed && !t->h[CLIENT].queue && !t->h[SERVER].queue)
				continue;
			for (s = t->sessions; s; s = s->next)
				s->active[0] = s->active[1] = false;
			t->failed = true;
			t->h[CLIENT].active = t->h[SERVER].active = false;
			down++;
		}
	}
	if (down)
		printf("%u tunnels failed\n", down);
	return !down;
}

/* Every session of tunnels that nobody ended is ready at both ends. */
static bool all_ready(const struct args *a)
{
	struct session *s;
	struct tunnel *t;
	u32 i;

	for (i = 0; i < a->links; i++) {
		for (t = a->link[i]->tunnels; t; t = t->next) {
			for (s = t->sessions; s; s = s->next) {
				if (s->active[CLIENT] != s->active[SERVER] ||
				    s->active[CLIENT] != (s->ready[CLIENT] && s->ready[SERVER]))
					return false;
			}
		}
	}
	return true;
}

static void greet(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; w->set.greet_count && i < a->links; i++)
		talk(a->link[i], SERVER, w->set.greet_ms, w->set.greet_count);
}

static bool do_greet(struct world *w, const struct args *a)
{
	w->set.greet_ms = a->n[0];
	w->set.greet_count = a->n[1];
	return true;
}

static bool do_start(struct world *w, const struct args *a)
{
	u64 now = now_ms();
	u32 i;

	for (i = 0; i < a->links; i++)
		a->link[i]->due = now + roll(a->n[1] + 1);
	greet(w, a);
	return finish(w, a) && all_ready(a);
}

static bool do_early(struct world *w, const struct args *a)
{
	struct tunnel *t;
	u32 i;

	for (i = 0; i < a->links; i++) {
		t = tunnel_new(a->link[i]);
		tunnel_start(t);
		tunnel_stop(t, CLIENT);
	}
	return finish(w, a);
}

static bool ask(struct world *w, const struct args *a, int asker)
{
	long n;
	u32 i;

	for (i = 0; i < a->links; i++) {
		for (n = 0; n < (a->n[1] ? a->n[1] : 1) && a->link[i]->tunnels; n++)
			session_ask(session_new(a->link[i]->tunnels, asker));
	}
	return finish(w, a) && all_ready(a);
}

static bool do_session(struct world *w, const struct args *a)
{
	return ask(w, a, CLIENT);
}

static bool do_server_session(struct world *w, const struct args *a)
{
	return ask(w, a, SERVER);
}

static bool hello(struct world *w, const struct args *a, int who)
{
	struct tunnel *t;
	u32 i;

	for (i = 0; i < a->links; i++) {
		for (t = a->link[i]->tunnels; t; t = t->next) {
			if (t->h[who].up)
				control_send(t, who, HELLO, NULL);
		}
	}
	return finish(w, a);
}

static bool do_hello(struct world *w, const struct args *a)
{
	return hello(w, a, CLIENT);
}

static bool do_server_hello(struct world *w, const struct args *a)
{
	return hello(w, a, SERVER);
}

/* The newest session that is up */
static bool close_one(struct world *w, const struct args *a, int who)
{
	struct session *s;
	u32 i;

	for (i = 0; i < a->links; i++) {
		if (!a->link[i]->tunnels)
			continue;
		for (s = a->link[i]->tunnels->sessions; s && !s->ready[who]; s = s->next)
			;
		if (!s)
			return false;
		session_close(s, who);
	}
	return finish(w, a) && all_ready(a);
}

static bool do_close(struct world *w, const struct args *a)
{
	return close_one(w, a, CLIENT);
}

static bool do_server_close(struct world *w, const struct args *a)
{
	return close_one(w, a, SERVER);
}

static bool stop(struct world *w, const struct args *a, int who)
{
	u32 i;

	for (i = 0; i < a->links; i++) {
		if (!a->link[i]->tunnels || !a->link[i]->tunnels->h[who].up)
			return false;
		tunnel_stop(a->link[i]->tunnels, who);
	}
	return finish(w, a) && all_ready(a);
}

static bool do_stop(struct world *w, const struct args *a)
{
	return stop(w, a, CLIENT);
}

static bool do_server_stop(struct world *w, const struct args *a)
{
	return stop(w, a, SERVER);
}

static bool do_again(struct world *w, const struct args *a)
{
	struct tunnel *t;
	u32 i;

	for (i = 0; i < a->links; i++) {
		for (t = a->link[i]->tunnels; t; t = t->next)
			control_again(t);
	}
	return world_run(w, 300, NULL);
}

/* Ids of the first client's session at both ends, and how far those of the next are */
static bool do_static(struct world *w, const struct args *a)
{
	u32 i;

	for (i = 0; i < a->links; i++)
		session_static(a->link[i], a->n[1] + i * a->n[3], a->n[2] + i * a->n[4]);
	return true;
}

static bool do_ids(struct world *w, const struct args *a)
{
	struct session *s;
	struct tunnel *t;
	u32 i;

	for (i = 0; i < a->links; i++) {
		for (t = a->link[i]->tunnels; t; t = t->next) {
			for (s = t->sessions; s; s = s->next)
				printf("ids: client=%s tunnel=%u/%u session=%u/%u told=%u/%u\n",
				       addr_text(&a->link[i]->end[CLIENT]->addr), t->h[CLIENT].own,
				       t->h[SERVER].own, s->id[CLIENT], s->id[SERVER],
				       t->h[SERVER].peer, s->told[SERVER]);
		}
	}
	return true;
}

const struct step control_steps[] = {
	{ "set", false, "NAME VALUE: of tunnels to come, and of data", do_set },
	{ "greet", false, "MS N: servers speak as soon as they may", do_greet },
	{ "start", true, "[MS]: a tunnel with a session, begun at once or within MS", do_start },
	{ "early", true, "a tunnel that is stopped before it was answered", do_early },
	{ "session", true, "[N]: one more in the newest tunnel, by the client", do_session },
	{ "server-session", true, "[N]: by the server", do_server_session },
	{ "hello", true, "of the client", do_hello },
	{ "server-hello", true, "of the server", do_server_hello },
	{ "close", true, "the newest session, by the client", do_close },
	{ "server-close", true, "by the server", do_server_close },
	{ "stop", true, "the newest tunnel, by the client", do_stop },
	{ "server-stop", true, "by the server", do_server_stop },
	{ "again", true, "all control messages once more", do_again },
	{ "static", true, "CID SID [CSTEP SSTEP]: a session that was not negotiated", do_static },
	{ "ids", true, "print them", do_ids },
	{ NULL, false, NULL, NULL },
};

const struct step *const step_tables[] = { control_steps, data_steps, shell_steps, NULL };
