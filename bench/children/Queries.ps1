# Each line of standard input, "count in-flight endpoint", is answered with a line "milliseconds rows".
# "piped8" in flight: 8, and the IDs come from the pipeline.
# "0" in flight: a separate call of the cmdlet for each query; "hand": the hand-signed script.
param([string] $Module, [string] $Script)
$ErrorActionPreference = 'Stop'
Import-Module $Module
$connections = @{}
while ($null -ne ($line = [Console]::In.ReadLine())) {
    [int] $count, $inFlight, $endpoint = $line.Split(' ')
    $connection = $connections[$endpoint] ??= Connect-VodAccount -Endpoint $endpoint -RequestsPerMinute 0 -NoDefault
    $ids = [string[]]::new($count)
    for ($i = 0; $i -lt $count; $i++) { $ids[$i] = $i.ToString('x32') }
    $watch = [Diagnostics.Stopwatch]::StartNew()
    $rows = switch ($inFlight) {
        'hand' { & $Script -Endpoint $endpoint -TaskId $ids }
        '0' { foreach ($id in $ids) { Get-VodPreheatResult -TaskId $id -Connection $connection } }
        { $_ -like 'piped*' } { $ids | Get-VodPreheatResult -ThrottleLimit $_.Substring(5) -Connection $connection }
        default { Get-VodPreheatResult -TaskId $ids -ThrottleLimit $inFlight -Connection $connection }
    }
    $elapsed = $watch.Elapsed.TotalMilliseconds
    [Console]::Out.WriteLine("$($elapsed.ToString([cultureinfo]::InvariantCulture)) $($rows.Count)")
    $rows = $null
}
