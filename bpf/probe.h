/* SPDX-License-Identifier: GPL-2.0 */
/* What probe.bpf.c and its callers in user space share. */
#ifndef MLS_PROBE_H
#define MLS_PROBE_H

#include <linux/types.h>

/* Requests that one call of probe_emit can send. */
#define MLS_PROBE_MAX_REQUESTS 4096u

/* Argument and result of probe_emit. */
struct mls_probe_emission {
	__u32 count;	     /* requests to send, 0 – MLS_PROBE_MAX_REQUESTS */
	__u32 first_pattern; /* pattern of the first; the next have the next */
	__u32 sent;	     /* out: requests in the ring */
	__u32 dropped;	     /* out: requests that found the ring full */
};
_Static_assert(sizeof(struct mls_probe_emission) == 16, "ABI");

#endif /* MLS_PROBE_H */
