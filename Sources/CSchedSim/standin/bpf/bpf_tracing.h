/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf's header for the native build: a program is a function. */
#ifndef MLS_SIM_BPF_TRACING_H
#define MLS_SIM_BPF_TRACING_H

#define BPF_PROG(name, args...) name(args)

#endif /* MLS_SIM_BPF_TRACING_H */
