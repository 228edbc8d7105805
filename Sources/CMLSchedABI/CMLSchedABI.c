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

#define FEATURE_LINE(symbol, name, unit, lowest, highest, shift, meaning)      \
	{#name, unit, lowest, highest, shift, meaning},
static const struct mls_feature_line features[] = {MLS_FEATURES(FEATURE_LINE)};

#define KFUNC_FLAG(flag, function)    #flag,
#define KFUNC_FLAGGED(flag, function) function,
#define KFUNC_NEEDED(names)	      names,
static const char *const kfunc_flags[] = {MLS_KFUNC_FLAGS(KFUNC_FLAG)};
static const char *const kfuncs_flagged[] = {MLS_KFUNC_FLAGS(KFUNC_FLAGGED)};
static const char *const kfuncs_needed[] = {MLS_NEEDED_KFUNCS(KFUNC_NEEDED)};

#define COUNT(table) ((int)(sizeof(table) / sizeof((table)[0])))

static const char *at(const char *const *table, int count, int index)
{
	return index >= 0 && index < count ? table[index] : NULL;
}

const struct mls_feature_line *mls_feature_line(int feature)
{
	return feature >= 0 && feature < NR_MLS_FEATURES ? &features[feature]
							 : NULL;
}

const char *mls_kfunc_flag(int line)
{
	return at(kfunc_flags, COUNT(kfunc_flags), line);
}

const char *mls_kfunc_flagged(int line)
{
	return at(kfuncs_flagged, COUNT(kfuncs_flagged), line);
}

const char *mls_needed_kfunc(int line)
{
	return at(kfuncs_needed, COUNT(kfuncs_needed), line);
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
