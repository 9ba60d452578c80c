#!/usr/bin/env bash
# Tries the module on Windows PowerShell 7 without Windows: under Wine, for whoever works on Linux (Debian: apt-get install wine64).
# Imports the module, runs the demo, and the Pester files that are known to run there, or those that are named:
#     ./tools/Test-Windows.sh [tests/pester/Views.Tests.ps1 ...]
# All files are in out/windows, which is laid out by the first run.
# It is not a replacement for Windows: there is no TLS, and the console, rights, and WMI are those of Wine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$PWD/out/windows

# The files that are run by default, because all of their tests but those with TLS have passed. Of the others, Wine is known not to run:
# Module (an error in a child process never ends), Connections (two tests fail), Proxy (TLS), Hostile.Memory, Package, and Build (programs).
known=(Accounts Cultures Errors Get-VodPreheatTask Models PublicApi Reports Test-VodPreheatUrl Views)

fail() { echo "$*" >&2; exit 1; }
wine=$(command -v wine64 /usr/lib/wine/wine64 wine | head -n 1) || true
server=$(command -v wineserver /usr/lib/wine/wineserver64 | head -n 1) || true
[ -n "$wine" ] && [ -n "$server" ] || fail 'Wine is not installed (Debian: apt-get install --no-install-recommends wine64): nothing was tested.'

# HOME is where Windows has its documents. Code that .NET has written to memory cannot be protected in Wine: it fails at the first
# collection of garbage.
run() {
    HOME="$work" WINEPREFIX="$work/prefix" WINEDEBUG=-all DISPLAY='' TERM=xterm DOTNET_ROOT="Z:${work//\//\\}\\dotnet" \
        DOTNET_EnableWriteXorExecute=0 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off "$@"
}
# PowerShell waits forever without a terminal; ten minutes are enough for each file.
pwsh() {
    run timeout 600 script -qec "stty cols 200; \"$wine\" \"$work/pwsh/pwsh.exe\" -NoProfile -NonInteractive $*" /dev/null < /dev/null
}
trap 'run "$server" -k; run "$server" -w' EXIT

[ -e out/VodPreheat ] || ./build.sh Build
if [ ! -e "$work/done" ]; then
    rm -rf "$work"
    mkdir -p "$work/packages"
    version=$(grep -A1 '"powershell"' .config/dotnet-tools.json | sed -n 's/.*"version": "\(.*\)".*/\1/p')
    # The version of .NET is that of the SDK.
    cat > "$work/windows.proj" << END
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><RestorePackagesPath>packages</RestorePackagesPath></PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="PowerShell" Version="[$version]" />
    <PackageDownload Include="Microsoft.NETCore.App.Runtime.win-x64" Version="[\$(BundledNETCoreAppPackageVersion)]" />
    <PackageDownload Include="Microsoft.WindowsDesktop.App.Runtime.win-x64" Version="[\$(BundledNETCoreAppPackageVersion)]" />
  </ItemGroup>
</Project>
END
    dotnet restore "$work/windows.proj" -v quiet
    for name in NETCore WindowsDesktop; do
        for folder in "$work/packages/microsoft.${name,,}.app.runtime.win-x64"/*/runtimes/win-x64; do
            net=$(basename "${folder%/runtimes/*}")
            mkdir -p "$work/dotnet/shared/Microsoft.$name.App/$net" "$work/dotnet/host/fxr/$net"
            cp -r "$folder"/lib/*/* "$folder"/native/* "$work/dotnet/shared/Microsoft.$name.App/$net"
        done
    done
    cp "$work/dotnet/shared/Microsoft.NETCore.App/$net/hostfxr.dll" "$work/dotnet/host/fxr/$net"
    cp -r "$work/packages/powershell/$version/tools"/*/any/win "$work/pwsh"
    # Wine has no CIM, for which Pester would wait.
    rm -r "$work/pwsh/Modules/CimCmdlets"
    run "$wine" wineboot -u > "$work/wine.log" 2>&1
    run "$wine" reg add 'HKCU\Software\Wine' /v Version /d win10 /f >> "$work/wine.log" 2>&1
    echo 'Import-Module ./out/VodPreheat; "$([Environment]::OSVersion.Platform) $((Get-Command Get-VodPreheatResult).Source)"' > "$work/import.ps1"
    dotnet build tests/pester/Pester.proj -c Release -v quiet -nologo -clp:NoSummary -t:Install "-p:Out=$PWD/out"
    touch "$work/done"
fi

failed=0 passed=0 left=0
check() {
    if pwsh "${@:3}" > "$work/$1.log" 2>&1 && grep -qF "$2" "$work/$1.log"; then echo "[+] $1"; else failed=$((failed + 1)); echo "[-] $1: see $work/$1.log"; fi
}
check Import 'Win32NT VodPreheat' -File out/windows/import.ps1
check Demo middle-fail -File samples/Demo.ps1

rm -rf "$work/results"
mkdir "$work/results"
[ $# -gt 0 ] || set -- "${known[@]}"
for file; do
    name=$(basename "$file" .Tests.ps1)
    file=tests/pester/$name.Tests.ps1
    pwsh -File tests/pester/Invoke-File.ps1 -Path "$file" -Folder "$work/results" > "$work/results/$name.log" 2>&1 || true
    count() { sed -n "s/.*\"$1\": \([0-9]*\).*/\1/p" "$work/results/$name.json" 2> /dev/null || true; }
    good=$(count Passed) bad=$(count Failed)
    # One line for each test; the error of Wine if a TLS server starts.
    tls=$(grep -c 0x80090029 "$work/results/$name.json" 2> /dev/null) || true
    bad=$((${bad:-1} - ${tls:-0}))
    echo "[$([ "$bad" = 0 ] && echo + || echo -)] $name: ${good:-0} passed, $bad failed, ${tls:-0} left out: TLS"
    passed=$((passed + ${good:-0})) failed=$((failed + bad)) left=$((left + ${tls:-0}))
done
echo "$passed passed, $failed failed, $left left out because they need TLS, and $(($(ls tests/pester/*.Tests.ps1 | wc -l) - $#)) files; the failures are in $work/results."
exit $((failed > 0))
