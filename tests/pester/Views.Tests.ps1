# The views of objects and errors: live or deserialized, in each language mode, in each host.

BeforeDiscovery {
    $script:kinds = 'a task of one URL', 'a task of many URLs', 'a task of an asset', 'a result', 'an outcome', 'a URL test', 'a connection'
    $script:forms = 'live', 'from Export-Clixml', 'from a job'
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"

    # A host without a window, in which each member of RawUI throws.
    Add-Type -IgnoreWarnings -TypeDefinition @'
using System;
using System.Collections.Generic;
using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

public sealed class WindowlessHost(Exception complaint) : PSHost
{
    public override PSHostUserInterface UI { get; } = new Interface(complaint);
    public override string Name => "windowless";
    public override Version Version => new(1, 0);
    public override Guid InstanceId { get; } = Guid.NewGuid();
    public override CultureInfo CurrentCulture => CultureInfo.InvariantCulture;
    public override CultureInfo CurrentUICulture => CultureInfo.InvariantCulture;
    public override void EnterNestedPrompt() { }
    public override void ExitNestedPrompt() { }
    public override void NotifyBeginApplication() { }
    public override void NotifyEndApplication() { }
    public override void SetShouldExit(int exitCode) { }

    private sealed class Interface(Exception complaint) : PSHostUserInterface
    {
        public override PSHostRawUserInterface RawUI { get; } = new Raw(complaint);
        public override Dictionary<string, PSObject> Prompt(string caption, string message, Collection<FieldDescription> descriptions) => throw complaint;
        public override int PromptForChoice(string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice) => throw complaint;
        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName) => throw complaint;
        public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName, PSCredentialTypes allowedCredentialTypes, PSCredentialUIOptions options) => throw complaint;
        public override string ReadLine() => throw complaint;
        public override SecureString ReadLineAsSecureString() => throw complaint;
        public override void Write(string value) { }
        public override void Write(ConsoleColor foregroundColor, ConsoleColor backgroundColor, string value) { }
        public override void WriteDebugLine(string message) { }
        public override void WriteErrorLine(string value) { }
        public override void WriteLine(string value) { }
        public override void WriteProgress(long sourceId, ProgressRecord record) { }
        public override void WriteVerboseLine(string message) { }
        public override void WriteWarningLine(string message) { }
    }

    private sealed class Raw(Exception complaint) : PSHostRawUserInterface
    {
        public override ConsoleColor BackgroundColor { get => throw complaint; set => throw complaint; }
        public override Size BufferSize { get => throw complaint; set => throw complaint; }
        public override Coordinates CursorPosition { get => throw complaint; set => throw complaint; }
        public override int CursorSize { get => throw complaint; set => throw complaint; }
        public override ConsoleColor ForegroundColor { get => throw complaint; set => throw complaint; }
        public override bool KeyAvailable => throw complaint;
        public override Size MaxPhysicalWindowSize => throw complaint;
        public override Size MaxWindowSize => throw complaint;
        public override Coordinates WindowPosition { get => throw complaint; set => throw complaint; }
        public override Size WindowSize { get => throw complaint; set => throw complaint; }
        public override string WindowTitle { get => throw complaint; set => throw complaint; }
        public override void FlushInputBuffer() => throw complaint;
        public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw complaint;
        public override KeyInfo ReadKey(ReadKeyOptions options) => throw complaint;
        public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) => throw complaint;
        public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw complaint;
        public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw complaint;
    }
}
'@

    Connect-VodAccount -Sandbox -Region cn-north-4
    $at = [DateTimeOffset]::new(2026, 1, 2, 3, 4, 5, [DateTimeOffset]::Now.Offset)
    $script:samples = @{
        'a task of one URL'   = [VodPreheat.PreheatTask]@{ TaskId = 'task-1'; Url = 'https://cdn.example.com/1.mp4'; SubmittedAt = $at }
        'a task of many URLs' = [VodPreheat.PreheatTask]@{ TaskId = 'task-2'; Url = 'https://cdn.example.com/1.mp4', 'https://cdn.example.com/2.mp4'; SubmittedAt = $at }
        'a task of an asset'  = [VodPreheat.PreheatTask]@{ TaskId = 'task-3'; AssetId = 'asset-id'; SubmittedAt = $at }
        'a result'            = [VodPreheat.PreheatingResult]@{ TaskId = 'task-1'; Url = 'https://cdn.example.com/1.mp4'; Status = 'failed' }
        'an outcome'          = [VodPreheat.PreheatOutcome]@{ Url = 'https://cdn.example.com/1.mp4'; Status = 'rejected'; Attempts = 2; ErrorCode = 'VOD.10053' }
        'a URL test'          = [VodPreheat.PreheatUrlTest]@{ Url = 'https://cdn.example.com/1.mp4'; StatusCode = 403; Cache = 'Miss'; Finding = 'AccessDenied'; Hint = 'What to do.' }
        'a connection'        = Get-VodConnection
    }
    $script:parts = @{
        'a task of one URL'   = 'task-1', '2026-01-02 03:04:05', 'https://cdn.example.com/1.mp4'
        'a task of many URLs' = 'task-2', '2026-01-02 03:04:05', 'https://cdn.example.com/1.mp4'
        'a task of an asset'  = 'task-3', '2026-01-02 03:04:05', 'asset asset-id'
        'a result'            = 'task-1', 'failed', 'https://cdn.example.com/1.mp4'
        'an outcome'          = 'rejected', 'VOD.10053', 'https://cdn.example.com/1.mp4'
        'a URL test'          = 'AccessDenied', '403', 'Miss', 'https://cdn.example.com/1.mp4'
        'a connection'        = 'Sandbox', 'cn-north-4', (Get-VodConnection).ProjectId
    }

    function Copy-As($Object, [string] $Form) {
        switch ($Form) {
            'live' { $Object }
            'from Export-Clixml' { $Object | Export-Clixml TestDrive:/copy.xml; Import-Clixml TestDrive:/copy.xml }
            # A job serializes objects with a depth of one; deeper values are text.
            'from a job' { [Management.Automation.PSSerializer]::Deserialize([Management.Automation.PSSerializer]::Serialize($Object, 1)) }
        }
    }

    $script:runspaces = @{}

    # The output of a format command in a runspace with this host and language mode.
    function Get-View($Object, [string] $Command = 'Format-Table', [string] $LanguageMode = 'FullLanguage', [string] $Throws) {
        $runspace = $runspaces["$LanguageMode $Throws"]
        if (-not $runspace) {
            $state = [initialsessionstate]::CreateDefault2()
            $state.ImportPSModule($Manifest)
            $runspace = [runspacefactory]::CreateRunspace(($Throws ? [WindowlessHost]::new((New-Object $Throws)) : $Host), $state)
            $runspace.Open()
            $runspace.SessionStateProxy.LanguageMode = $LanguageMode
            $runspaces["$LanguageMode $Throws"] = $runspace
        }

        $shell = [powershell]::Create()
        try {
            $shell.Runspace = $runspace
            $shell.AddCommand($Command).AddParameter('InputObject', $Object).AddCommand('Out-String').AddParameter('Width', 200).Invoke() -join ''
            $shell.Streams.Error | Should -BeNullOrEmpty
        } finally {
            $shell.Dispose()
        }
    }

    # A list has more of an asset and of a date than a table. A date as text has the format of the culture that serialized it.
    function Assert-View([string] $Text, [string] $Kind, [switch] $Loosely) {
        foreach ($part in $parts[$Kind]) {
            if ($Loosely) { $part = $part -replace '^asset ' -replace '^2026-.*', '2026' }
            $Text | Should -BeLike "*$part*"
        }
    }
}

AfterAll {
    $runspaces.Values | ForEach-Object Dispose
    Clear-Session
}

Describe 'The view of <_>' -ForEach $kinds {
    BeforeAll { $script:kind = $_ }

    It 'has no empty column: <Form>, <Mode>, <Command>' -ForEach @(
        foreach ($form in $forms) {
            foreach ($mode in 'FullLanguage', 'ConstrainedLanguage') {
                foreach ($command in 'Format-Table', 'Format-List') { @{ Form = $form; Mode = $mode; Command = $command } }
            }
        }
    ) {
        $text = Get-View (Copy-As $samples[$kind] $Form) $Command $Mode
        Assert-View $text $kind -Loosely:($Command -eq 'Format-List' -or $Form -eq 'from a job')
    }

    It 'has no empty column in a host that throws <_>' -ForEach @(
        'System.Management.Automation.Host.HostException', 'System.NotImplementedException', 'System.InvalidOperationException'
        'System.NullReferenceException', 'System.Management.Automation.PipelineStoppedException', 'System.TypeLoadException'
    ) {
        Assert-View (Get-View $samples[$kind] -Throws $_) $kind
    }

    It 'has columns that are named after the properties' {
        $type = $samples[$kind].GetType()
        foreach ($view in (Get-FormatData $type.FullName).FormatViewDefinition) {
            if ($view.Control -is [Management.Automation.TableControl]) {
                $entries = $view.Control.Rows[0].Columns
                $names = for ($i = 0; $i -lt $entries.Count; $i++) { $view.Control.Headers[$i].Label ?? $entries[$i].DisplayEntry.Value }
            } else {
                $names = $view.Control.Entries[0].Items | ForEach-Object { $_.Label ?? $_.DisplayEntry.Value }
            }
            $names | Should -Not -BeNullOrEmpty
            foreach ($name in $names) { $type.GetProperty($name) | Should -Not -BeNullOrEmpty -Because "'$name' is what Select-Object is given" }
        }
    }
}

Describe 'The view of a deserialized task' {
    It 'displays several URLs in one line' {
        Get-View (Copy-As $samples['a task of many URLs'] 'from Export-Clixml') | Should -BeLike '*https://cdn.example.com/1.mp4 and 1 more*'
    }
}

Describe 'A table' {
    It 'is one table for the results of many tasks' {
        $rows = 1..20 | ForEach-Object { [VodPreheat.PreheatingResult]@{ TaskId = "task-of-url-$_"; Url = "https://cdn.example.com/$_.mp4"; Status = 'failed' } }
        $lines = @($rows | Out-String -Width 80 -Stream | Where-Object { $_ })
        $lines.Count | Should -Be 22
        $lines[0] | Should -Match '^Status +Url +TaskId$'
        $lines[2] | Should -Match '^failed +https://cdn\.example\.com/1\.mp4 +task-of.$'
    }

    It 'has the task and the error code of an outcome, shortened' {
        $outcome = [VodPreheat.PreheatOutcome]@{ Url = 'https://cdn.example.com/1.mp4'; Status = 'unknown'; ErrorCode = 'VodConnectionFailed'; TaskId = '0123456789' }
        $outcome | Out-String -Width 80 | Should -Match 'unknown +https://cdn\.example\.com/1\.mp4 +VodConnec\u2026 +0123456\u2026'
    }

    It 'has tests of URLs by finding, with the hint once' {
        $rows = 'AccessDenied', 'AccessDenied', 'NotFound' |
            ForEach-Object { [VodPreheat.PreheatUrlTest]@{ Url = 'https://cdn.example.com/1.mp4'; Finding = $_; Hint = "The hint of $_."; StatusCode = 403; Cache = 'Miss' } }
        $text = $rows | Out-String -Width 80
        foreach ($finding in 'AccessDenied', 'NotFound') {
            [regex]::Matches($text, "(?m)^$finding\s*$").Count | Should -Be 1
            [regex]::Matches($text, "(?m)^The hint of $finding\.\s*$").Count | Should -Be 1
        }
        [regex]::Matches($text, '(?m)^ 403 Miss +https://cdn\.example\.com/1\.mp4\s*$').Count | Should -Be 3
    }
}

Describe 'The picture in the README' {
    It 'is what its first commands display (otherwise, run tools/New-Tour.ps1)' {
        $file = Join-Path (Get-PSDrive TestDrive).Root tour.svg
        Invoke-Child { & $args[0] -Destination $args[1] } "$root/tools/New-Tour.ps1", $file | Should -BeNullOrEmpty
        (Get-Content $file -Raw) -replace '\r' | Should -BeExactly ((Get-Content "$root/docs/tour.svg" -Raw) -replace '\r')
    }
}

Describe 'A color' {
    It 'of <Text> is <Color>' -ForEach @(
        @{ Text = 'succeed'; Method = 'ColorStatus'; Color = 32 }
        @{ Text = 'SUCCEED'; Method = 'ColorStatus'; Color = 32 }
        foreach ($status in 'failed', 'rejected', 'notSubmitted') { @{ Text = $status; Method = 'ColorStatus'; Color = 31 } }
        foreach ($status in 'processing', 'unknown', 'new') { @{ Text = $status; Method = 'ColorStatus'; Color = 33 } }
        @{ Text = 'Ok'; Method = 'ColorFinding'; Color = 32 }
        @{ Text = 'AccessDenied'; Method = 'ColorFinding'; Color = 31 }
    ) {
        [VodPreheat.Formatting.ViewFormatter]::$Method($Text, 'Ansi') | Should -BeExactly "`e[${Color}m$Text`e[0m"
    }

    It 'of no text is none' {
        [VodPreheat.Formatting.ViewFormatter]::ColorStatus($null, 'Ansi') | Should -BeExactly ''
    }

    It 'is not in redirected output, unless it is requested' {
        $script = { Import-Module $args[0]; $PSStyle.OutputRendering = $args[1]; [VodPreheat.PreheatingResult]@{ Status = 'failed' } }
        Invoke-Child $script $Manifest, Host | Should -Not -Match '\e\[31m'
        Invoke-Child $script $Manifest, Ansi | Should -Match '\e\[31mfailed'
    }
}

Describe 'An error' {
    It 'displays its message, and the hint once, in <View>: <Name>' -ForEach @(
        foreach ($view in 'ConciseView', 'NormalView') {
            @{ View = $view; Name = 'of the service'; Fail = { Get-VodPreheatResult no-such-task } }
            @{ View = $view; Name = 'of the input'; Fail = { Start-VodPreheat nonsense } }
            @{ View = $view; Name = 'terminating'; Fail = { Connect-VodAccount -Region cn-north-4 -Endpoint 'http://example.com' -Token (ConvertTo-Secret t) } }
        }
    ) {
        $run = Get-Outcome $Fail
        $record = $run.Failure ?? $run.Errors[0]
        $ErrorView = $View

        # ConciseView breaks lines and begins each with a bar.
        $text = ($record | Out-String -Width 2000) -replace '\r?\n\s*\|?\s*', ' '
        $text | Should -BeLike "*$([WildcardPattern]::Escape($record.Exception.Message))*"
        [regex]::Matches($text, [regex]::Escape($record.Exception.Hint)).Count | Should -Be 1
        $text | Should -Not -Match 'Recommendation'
    }
}
