/* SPDX-License-Identifier: GPL-2.0 */
/* The header that the BPF programs include, as a module for Swift. */
#include "../../../bpf/mlsched.h"
#include "../../../bpf/probe.h"
