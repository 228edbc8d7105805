/* SPDX-License-Identifier: GPL-2.0 */
/* What lookup.bpf.c and its caller in user space share. */
#ifndef MLS_LOOKUP_H
#define MLS_LOOKUP_H

/* How often one run does what it measures. */
#define MLS_LOOKUP_TURNS 64u

#endif /* MLS_LOOKUP_H */
