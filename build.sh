#!/usr/bin/env bash
# Finds a PowerShell 7.4 or later (on PATH, else the pinned tool of .config/dotnet-tools.json) and hands over to build.ps1.
# Without one it says so and does what .NET alone can do.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
task=${1:-Build}

new_enough() { "$@" -NoProfile -NonInteractive -Command 'exit [int]($PSVersionTable.PSVersion -lt [version]"7.4")' >/dev/null 2>&1; }

if command -v pwsh >/dev/null && new_enough pwsh; then
    exec pwsh -NoProfile -File build.ps1 "$@"
elif dotnet tool restore >/dev/null 2>&1 && new_enough dotnet pwsh; then
    exec dotnet pwsh -NoProfile -File build.ps1 "$@"
fi

case $task in
    Build)
        echo 'NO POWERSHELL 7.4 FOUND: the assemblies are built, the module is not laid out.' >&2
        dotnet build VodPreheat.slnx -c Release --nologo -v quiet
        ;;
    Demo)
        echo 'NO POWERSHELL 7.4 FOUND: the same job from C#.' >&2
        dotnet run samples/Demo.cs
        ;;
    Test)
        log=$(mktemp)
        trap 'rm -f "$log"' EXIT
        status=0
        dotnet test tests/unit -c Release --nologo --logger 'console;verbosity=minimal' 2>&1 | tee "$log" || status=$?
        counts=$(sed -nE 's/.*Failed: +([0-9]+), Passed: +([0-9]+), Skipped: +([0-9]+).*/\2 passed, \1 failed, \3/p' "$log" | tail -n 1)
        if [ -z "$counts" ]; then
            echo 'The unit tests did not run.' >&2
            exit 1
        fi
        pester=$(grep -hcE '^\s*It\s' tests/pester/*.Tests.ps1 | awk '{ n += $1 } END { print n + 0 }')
        echo "PESTER TIER SKIPPED: no PowerShell 7.4 found; at least $pester tests did not run." >&2
        echo "${counts% *} $((${counts##* } + pester)) skipped"
        exit "$status"
        ;;
    *)
        echo "NO POWERSHELL 7.4 FOUND: $task needs one. Install PowerShell 7.4 or later." >&2
        exit 1
        ;;
esac
