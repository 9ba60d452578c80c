# Milliseconds of Get-VodPreheatTask -Last 10 in a process that has read no journal before, and of the completion of -TaskId; or
# writes a journal of so many submissions of 10 URLs, and their answers: 100 a day, as the quota of the service permits.
param([string] $Module, [int] $Write)
$ErrorActionPreference = 'Stop'
if ($Write) {
    $urls = (1..10).ForEach{ "`"https://cdn.example.com/asset/5199337c31c8e4622f1590735b13a263/play_video/$_.mp4`"" } -join ','
    $rest = "`"endpoint`":`"https://vod.cn-north-4.myhuaweicloud.com`",`"region`":`"cn-north-4`",`"project_id`":`"$env:HUAWEICLOUD_SDK_PROJECT_ID`",`"urls`":[$urls]}`n"
    $null = New-Item $env:VODPREHEAT_JOURNAL -ItemType Directory
    $time = [datetime]::UtcNow.AddDays(-$Write / 100)
    for ($i = 0; $i -lt $Write; $time = $time.AddMonths(1)) {
        $file = [IO.StreamWriter]::new("$env:VODPREHEAT_JOURNAL/$($time.ToString('yyyy-MM', [cultureinfo]::InvariantCulture)).jsonl")
        $at = "`"time`":`"$($time.ToString('o'))`""
        $end = $time.AddMonths(1) -gt [datetime]::UtcNow ? $Write : [Math]::Min($i + 3000, $Write)
        for (; $i -lt $end; $i++) {
            $id = $i.ToString('x32')
            $file.Write("{`"event`":`"sending`",`"id`":`"$id`",$at,$rest{`"event`":`"accepted`",`"id`":`"$id`",$at,`"task_id`":`"$id`"}`n")
        }
        $file.Dispose()
    }
    return '0'
}

Import-Module $Module
$watch = [Diagnostics.Stopwatch]::StartNew()
$tasks = Get-VodPreheatTask -Last 10
$found = $watch.Elapsed.TotalMilliseconds
if ($tasks.Count -ne 10 -or $tasks[9].TaskId -ne (99999).ToString('x32')) { throw "Other tasks were found: $($tasks.TaskId)" }

# The time of the first completion of a session is that of the host.
$text = 'Get-VodPreheatResult -Connection '
$null = TabExpansion2 $text $text.Length
$text = 'Get-VodPreheatResult -TaskId '
$watch.Restart()
$completion = TabExpansion2 $text $text.Length
$completed = $watch.Elapsed.TotalMilliseconds
if ($completion.CompletionMatches.Count -ne 100) { throw "There are $($completion.CompletionMatches.Count) completions, not 100." }
[string]::Join(' ', ([object[]] ($found, $completed)).ForEach{ $_.ToString([cultureinfo]::InvariantCulture) })
