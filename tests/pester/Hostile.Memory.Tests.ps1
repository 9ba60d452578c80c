# Secrets in the memory of the process.

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    $script:server = $TestServer::Start()
    $script:ProxyServer = [VodPreheat.TestServer.ProxyServer]
}

AfterAll { $server.Dispose() }

Describe 'A SecureString that changes while it is read' {
    It 'is never read beyond its end' {
        Add-Type -TypeDefinition @'
using System;
using System.Reflection;
using System.Security;
using System.Threading;
using System.Threading.Tasks;

public static class SecureStringRace
{
    // Reads a text of equal characters while another thread changes its length. Returns how often another character was read.
    public static int Count(MethodInfo read, TimeSpan time)
    {
        using var text = new SecureString();
        using var stop = new CancellationTokenSource();
        Task change = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                for (int i = 0; i < 120; i++) text.AppendChar('a');
                text.Clear();
            }
        });
        int foreign = 0;
        for (DateTime end = DateTime.UtcNow + time; DateTime.UtcNow < end;)
        {
            using var secret = (IDisposable)read.Invoke(null, new object[] { text });
            byte[] bytes = (byte[])secret.GetType().GetField("_utf8", BindingFlags.Instance | BindingFlags.NonPublic).GetValue(secret);
            if (Array.Exists(bytes, b => b != (byte)'a')) foreign++;
        }
        stop.Cancel();
        change.Wait();
        return foreign;
    }
}
'@
        $read = [VodPreheat.VodConnection].Assembly.GetType('VodPreheat.Parameters.SecureStringReader').GetMethod('Read')
        [SecureStringRace]::Count($read, [timespan]::FromSeconds(0.5)) | Should -Be 0
    }
}

# Only Linux lets a process read the memory of its child.
Describe 'The memory of a process after Disconnect-VodAccount' -Tag Slow -Skip:(-not $IsLinux) {
    BeforeAll {
        # Neither the child nor its script contains the text of the secret, which the search would find.
        $script:secret = -join (0..39 | ForEach-Object { [char] (33 + ($_ * 37 + 11) % 94) })
        $script:proxy = $ProxyServer::Start('user', $secret)

        # Five queries that fail with an echo, without and with -Verbose, and one that succeeds. Returns the number of copies of the secret.
        function Get-Copy([string] $Way) {
            $server.Reset()
            $server.AnyTask = $true
            $server.AddAccessKey('MEMORYAK', $secret, $TestServer::DefaultProjectId)
            $server.AddToken($secret, $TestServer::DefaultProjectId)
            $server.AddUser('ops', $secret, 'acme')
            foreach ($number in 1..5) { 'plain', 'verbose' | ForEach-Object { $server.AddFaultFor("$_$number", 'EchoSecretsIn400') } }
            $file = Join-Path $TestDrive memory.ps1
            Set-Content $file {
                param($common, $endpoint, $proxy, $way)
                . $common
                function Invoke-All {
                    $server = [pscustomobject]@{ Endpoint = [uri] $endpoint }
                    $secure = [securestring]::new()
                    foreach ($i in 0..39) { $secure.AppendChar([char] (33 + ($i * 37 + 11) % 94)) }
                    $with = switch ($way) {
                        'AccessKey' { @{ AccessKey = [pscredential]::new('MEMORYAK', $secure) } }
                        'Token' { @{ Token = $secure } }
                        'Password' { @{ Credential = [pscredential]::new('ops', $secure); DomainName = 'acme' } }
                        'ProxyCredential' { @{ Proxy = [uri] $proxy; ProxyCredential = [pscredential]::new('user', $secure) } }
                    }
                    Connect-Once $server $with
                    foreach ($number in 1..5) {
                        Get-VodPreheatResult "plain$number" -ErrorAction SilentlyContinue
                        Get-VodPreheatResult "verbose$number" -ErrorAction SilentlyContinue -Verbose 4> $null
                    }
                    Get-VodPreheatResult fine
                    Disconnect-VodAccount
                    $secure.Dispose()
                }
                $rows = @(Invoke-All)
                foreach ($_ in 1..3) { [GC]::Collect(); [GC]::WaitForPendingFinalizers() }
                [Console]::WriteLine("rows: $($rows.Count), errors: $($Error.Count)")
                $null = [Console]::ReadLine()
            }.ToString()
            $start = [Diagnostics.ProcessStartInfo]::new($pwsh)
            $start.RedirectStandardInput = $start.RedirectStandardOutput = $true
            foreach ($argument in '-NoProfile', '-NonInteractive', '-File', $file, "$PSScriptRoot/common.ps1", $server.Endpoint, $proxy.Endpoint, $Way) {
                $start.ArgumentList.Add($argument)
            }
            $child = [Diagnostics.Process]::Start($start)
            try {
                $child.StandardOutput.ReadLine() | Should -Be 'rows: 1, errors: 10'
                $utf8 = [Text.Encoding]::UTF8.GetBytes($secret)
                $base64 = [Convert]::ToBase64String($utf8)
                $hex = [Convert]::ToHexString($utf8)
                $copies = @{}
                foreach ($form in @{ Text = $secret; Base64 = $base64; Hex = $hex; LowerHex = $hex.ToLowerInvariant() }.GetEnumerator()) {
                    foreach ($encoding in 'UTF8', 'Unicode') {
                        $copies["$($form.Key) in $encoding"] = [VodPreheat.TestServer.ProcessMemory]::Count($child.Id, [Text.Encoding]::$encoding.GetBytes($form.Value))
                    }
                }
                $copies
            } finally {
                $child.StandardInput.Close()
                $child.WaitForExit()
                $child.Dispose()
            }
        }
    }

    AfterAll { $proxy.Dispose() }

    It 'has no copy of <Way> except those of .NET: <Made>' -ForEach @(
        # Only the module itself uses a secret key.
        @{ Way = 'AccessKey'; Made = @() }
        # A token is a header. The last echo, in three notations, remains in the receive buffer of a socket.
        @{ Way = 'Token'; Made = 'Text in Unicode', 'Text in UTF8', 'Base64 in UTF8', 'LowerHex in UTF8' }
        # A password is in the body of a request, which .NET copies into the buffer of its socket.
        @{ Way = 'Password'; Made = 'Text in UTF8' }
        # .NET requires the password of a proxy as a string.
        @{ Way = 'ProxyCredential'; Made = 'Text in Unicode', 'Text in UTF8', 'Base64 in Unicode', 'Base64 in UTF8' }
    ) {
        $copies = Get-Copy $Way
        foreach ($form in $copies.Keys.Where({ $_ -notin $Made })) { $copies[$form] | Should -Be 0 -Because $form }
    }
}
