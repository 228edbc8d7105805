/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libbpf's public headers. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

/* Waiting for a ring buffer; Swift's Glibc module lacks the header. */
#include <sys/epoll.h>
