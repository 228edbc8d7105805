/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The header that the BPF programs include, as a module for Swift. */
#ifndef CMLSCHEDABI_H
#define CMLSCHEDABI_H

#include "../../../bpf/mlsched.h"
#include "../../../bpf/observe.h"
#include "../../../bpf/probe.h"
#include "../../../bpf/lookup.h"

/* Names and meanings of the counters; NULL past the last. */
const char *mls_counter_name(int counter);
const char *mls_counter_text(int counter);
const char *mls_candidate_counter_name(int counter);
const char *mls_candidate_counter_text(int counter);
const char *mls_observed_name(int counter);

#endif /* CMLSCHEDABI_H */
