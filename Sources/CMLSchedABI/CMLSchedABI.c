// SPDX-License-Identifier: GPL-2.0-or-later
#include "CMLSchedABI.h"

#include <stddef.h>

static const char *const names[] = {MLS_COUNTERS(MLS_COUNTER_NAME)};
static const char *const texts[] = {MLS_COUNTERS(MLS_COUNTER_TEXT)};
static const char *const candidate_names[] = {
	MLS_CANDIDATE_COUNTERS(MLS_COUNTER_NAME)};
static const char *const candidate_texts[] = {
	MLS_CANDIDATE_COUNTERS(MLS_COUNTER_TEXT)};
static const char *const observed_names[] = {
	MLS_OBSERVED_COUNTERS(MLS_COUNTER_NAME)};

static const char *at(const char *const *table, int count, int index)
{
	return index >= 0 && index < count ? table[index] : NULL;
}

const char *mls_counter_name(int counter)
{
	return at(names, NR_MLS_COUNTERS, counter);
}

const char *mls_counter_text(int counter)
{
	return at(texts, NR_MLS_COUNTERS, counter);
}

const char *mls_candidate_counter_name(int counter)
{
	return at(candidate_names, NR_MLS_CANDIDATE_COUNTERS, counter);
}

const char *mls_candidate_counter_text(int counter)
{
	return at(candidate_texts, NR_MLS_CANDIDATE_COUNTERS, counter);
}

const char *mls_observed_name(int counter)
{
	return at(observed_names, NR_MLS_OBSERVED_COUNTERS, counter);
}
