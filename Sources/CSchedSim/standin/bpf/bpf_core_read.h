/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf's header for the native build: every field that is declared exists. */
#ifndef MLS_SIM_BPF_CORE_READ_H
#define MLS_SIM_BPF_CORE_READ_H

#define bpf_core_field_exists(field)	 1
#define bpf_core_type_exists(type)	 1
#define bpf_core_enum_value(type, value) (value)

#endif /* MLS_SIM_BPF_CORE_READ_H */
