# shellcheck shell=bash
# Shared by the tests in this directory: each is a bash script that runs on the host, calls `vm`, states with
# `expect` and `expect_match` what must hold, and ends with `finish`. One that cannot run has failed.
set -u
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
failures=0

# Runs tools/vm with the given flags and command, on the kernel in MLSCHED_KERNEL if that is set.
vm() {
	"$root/tools/vm" ${MLSCHED_KERNEL:+--kernel "$MLSCHED_KERNEL"} "$@"
}

# expect SENTENCE EXPECTED ACTUAL: the two strings are equal.
expect() {
	if [ "$2" = "$3" ]; then
		echo "ok: $1"
	else
		failures=$((failures + 1))
		printf 'FAILED: %s\n  expected: %s\n  actual:   %s\n' "$1" "$2" "$3"
	fi
}

# expect_match SENTENCE PATTERN ACTUAL: the string matches the extended regular expression.
expect_match() {
	if [[ $3 =~ $2 ]]; then
		echo "ok: $1"
	else
		failures=$((failures + 1))
		printf 'FAILED: %s\n  expected a match of: %s\n  actual: %s\n' "$1" "$2" "$3"
	fi
}

# Ends the test with what its expectations came to.
finish() {
	exit $((failures > 0))
}
