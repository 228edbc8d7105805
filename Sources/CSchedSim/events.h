/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What happens next: a heap of four children, in order of time, then of age. */
#ifndef MLS_SIM_EVENTS_H
#define MLS_SIM_EVENTS_H

static bool sim_event_before(const struct sim_event *a,
			     const struct sim_event *b)
{
	return a->time != b->time ? a->time < b->time
				  : a->sequence < b->sequence;
}

static void sim_post(u64 time, enum sim_event_kind kind, u32 subject,
		     u64 detail)
{
	struct sim_event event = {time, sim->event_sequence++, kind, subject,
				  detail};
	u32 at = sim->nr_events;

	if (sim->nr_events == sim->max_events) {
		u32 max = at ? at * 2 : 256;

		sim->events = sim_grow(sim->events, at, max, sizeof(event));
		sim->max_events = max;
	}
	sim->nr_events++;
	while (at && sim_event_before(&event, &sim->events[(at - 1) / 4])) {
		sim->events[at] = sim->events[(at - 1) / 4];
		at = (at - 1) / 4;
	}
	sim->events[at] = event;
}

/* The first of up to four children of a place, or 0. */
static u32 sim_first_child(u32 at)
{
	u32 first = at * 4 + 1, end = first + 4, best = first, i;

	if (first >= sim->nr_events)
		return 0;
	if (end > sim->nr_events)
		end = sim->nr_events;
	for (i = first + 1; i < end; i++)
		if (sim_event_before(&sim->events[i], &sim->events[best]))
			best = i;
	return best;
}

static struct sim_event sim_take_event(void)
{
	struct sim_event first = sim->events[0];
	struct sim_event last = sim->events[--sim->nr_events];
	u32 at = 0, child;

	while ((child = sim_first_child(at)) &&
	       sim_event_before(&sim->events[child], &last)) {
		sim->events[at] = sim->events[child];
		at = child;
	}
	sim->events[at] = last;
	return first;
}

#endif /* MLS_SIM_EVENTS_H */
