# shellcheck shell=bash
# Shared by the shell tools in this directory.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/mlsched

# Says what is being done, apart from the output of the programs that do it.
say() {
	printf '%s: %s\n' "tools/${0##*/}" "$*" >&2
}

# Ends with one sentence and status 2: something the user has to provide is missing.
need() {
	say "$*"
	exit 2
}

# Options of a Swift build in which a warning is an error. Its own scratch path: other flags than a
# plain `swift build`, which would rebuild everything in turns.
# shellcheck disable=SC2034 # used by the tools that read this file
strict=(--scratch-path .build-check -Xswiftc -warnings-as-errors -Xcc -Werror=all)

# Prints the Python of the environment with the tools' requirements, which tools/setup --python makes.
# Its name follows from the requirements, so that another checkout or version has its own.
environment() {
	local key
	key=$({ python3 --version && sed -nE '/^(requires-python|dependencies)/p; /^\[project\.opt/,/^\[project\.scr/p' \
		"$root/tools/pyproject.toml"; } | sha256sum | cut -c1-12)
	echo "$cache/python-$key"
}

# Prints the folder of the environment with the peers that tools/bench_peers measures, which
# tools/setup --peers makes and nothing else needs. It follows from their names, for it is large.
peers_environment() {
	local key
	key=$({ python3 --version && sed -n '/^peers = \[/,/\]/p' "$root/tools/pyproject.toml"; } |
		sha256sum | cut -c1-12)
	echo "$cache/peers-$key"
}
