#!/usr/bin/env bash
# Hands over to build.ps1, which has the tasks: with PowerShell 7.4 or later of the path, else with the one of
# .config/dotnet-tools.json, which is restored. Needs bash, git and .NET SDK 10, nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# .NET and PowerShell keep what they download there.
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
