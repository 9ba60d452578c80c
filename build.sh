#!/usr/bin/env bash
# Runs build.ps1, which has all tasks, with PowerShell 7.4 or later from the path, or otherwise with that of .config/dotnet-tools.json,
# which is restored. Requires only bash, git, and .NET SDK 10.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# .NET and PowerShell store their downloads in the home folder.
if [ -z "${HOME:-}" ]; then
    export HOME="$PWD/out/home"
    mkdir -p "$HOME"
fi

new_enough='exit [int]($PSVersionTable.PSVersion -lt [version]"7.4")'
if command -v pwsh >/dev/null && pwsh -NoProfile -NonInteractive -Command "$new_enough" >/dev/null 2>&1; then
    exec pwsh -NoProfile -File build.ps1 "$@"
fi

if ! command -v dotnet >/dev/null; then
    if [ ! -x "${DOTNET_ROOT:-}/dotnet" ]; then
        echo 'There is no .NET SDK on the path: install .NET SDK 10 (https://dotnet.microsoft.com/download).' >&2
        exit 1
    fi
    export PATH="$DOTNET_ROOT:$PATH"
fi
if ! log=$(dotnet tool restore 2>&1); then
    printf 'There is no PowerShell 7.4 or later on the path, and it cannot be restored as a .NET tool:\n%s\n' "$log" >&2
    exit 1
fi
exec dotnet pwsh -NoProfile -File build.ps1 "$@"
