# Each fault of the service in Start-VodPreheat: URLs without retries, and assets with one. The cases use the ways to sign in in turn.

BeforeDiscovery {
    . "$PSScriptRoot/faults.cases.ps1"
    $script:submissions = @(
        Get-Case (Get-Fault service) (Get-SignInFrom 0) @{ What = 'URLs'; Retries = 0 }
        Get-Case (Get-Fault service) (Get-SignInFrom 2) @{ What = 'assets'; Retries = 1 }
    )
}

BeforeAll {
    . "$PSScriptRoot/common.ps1"
    . "$PSScriptRoot/submit.common.ps1"
    $script:ClockRate = 4
    . "$PSScriptRoot/faults.common.ps1"
}

AfterAll { Close-FaultServer }

Describe 'Faults of the service in Start-VodPreheat' {
    It '<What>: <Fault>, <SignIn>' -ForEach $submissions {
        $connection = Get-Connection $_
        $sent = Get-SendCount $_ $SubmissionIsRetried
        Add-Fault $Fault $sent -Post
        $name = "$Fault-$SignIn".Replace(' ', '-')
        $run, $items, $faulty = if ($What -eq 'URLs') {
            $items = 1..11 | ForEach-Object { "https://cdn.example.com/$name/$_.mp4" }
            (Invoke-Watched { $items | Start-VodPreheat -Connection $connection -Verbose }), $items, $items[0..9]
        } else {
            $items = "$name-1", "$name-2"
            (Invoke-Watched { Start-VodPreheat -AssetId $items -Connection $connection -Verbose }), $items, @($items[0])
        }
        $run.Requests.Where({ $_.Method -eq 'POST' -and $_.Area -eq 'Vod' }).Count | Should -Be ($sent + ($EndsSubmissions ? 0 : 1))
        Assert-Submission $_ $run $items $faulty
        Assert-NoSecret $run $connection
        Assert-After $_ $connection
    }
}
